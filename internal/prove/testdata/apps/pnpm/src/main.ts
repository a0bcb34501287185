import fastify from "fastify";

const app = fastify();
app.get("/", async () => ({ board: [] }));
app.listen({ port: 4000, host: "0.0.0.0" });
