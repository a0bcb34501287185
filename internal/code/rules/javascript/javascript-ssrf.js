const axios = require("axios");
const got = require("got");
const http = require("http");
const FEEDS = { news: "https://news.example/feed", jobs: "https://jobs.example/feed" };
const HOSTS = new Set(["images.example"]);

app.get("/preview", async (req, res) => {
  const { url } = req.query;
  // ruleid: javascript-ssrf
  const answer = await axios.get(url);
  // ruleid: javascript-ssrf
  await fetch(url, { redirect: "follow" });
  // ruleid: javascript-ssrf
  await got(url).text();
  // ruleid: javascript-ssrf
  await axios({ method: "get", url });
  // ok: javascript-ssrf
  await axios.get(FEEDS[req.query.feed]);
  res.json(answer.data);
});

app.post("/hook", function (req, res) {
  const target = `http://${req.body.host}:8080/status`;
  // ruleid: javascript-ssrf
  http.get(target, (r) => r.pipe(res));
  // ruleid: javascript-ssrf
  http.request({ hostname: req.body?.host, path: "/" }, done).end();
  // ok: javascript-ssrf
  http.get("http://status.example/of/" + encodeURIComponent(req.body.host), done);
});

app.get("/user/:name", async (req, res) => {
  // ok: javascript-ssrf
  const r = await fetch(`https://api.example/users/${req.params.name}`);
  // ok: javascript-ssrf
  await axios.post("https://api.example/users", { name: req.params.name });
  res.json(await r.json());
});

app.get("/image", async (req, res) => {
  const target = new URL(req.query.src);
  if (!HOSTS.has(target.hostname)) {
    return res.status(400).end();
  }
  // ok: javascript-ssrf
  const r = await fetch(target.href);
  r.body.pipe(res);
});

app.get("/listed", async (req, res) => {
  const site = req.query.site;
  if (!["https://a.example", "https://b.example"].includes(site)) {
    return res.sendStatus(400);
  }
  // ok: javascript-ssrf
  res.json(await axios.get(site));
});

const load = async (address) => {
  // ruleid: javascript-ssrf (drydock)
  const r = await axios.get(address);
  return r.data;
};

app.get("/helper", async (req, res) => res.json(await load(req.query.address)));

const own = async (settings) => {
  // ok: javascript-ssrf
  return axios.get(settings.url);
};
