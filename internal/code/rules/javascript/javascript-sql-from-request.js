const express = require("express");
const mysql = require("mysql2/promise");
const { Pool } = require("pg");
const knex = require("knex")({ client: "pg" });
const router = express.Router();
const pool = new Pool();
const db = mysql.createPool({});
const COLUMNS = { name: "name", age: "age" };

router.get("/people", async (req, res) => {
  const { name } = req.query;
  // ruleid: javascript-sql-from-request
  const { rows } = await pool.query(`select * from people where name = '${name}'`);
  // ok: javascript-sql-from-request
  await pool.query("select * from people where name = $1", [name]);
  res.json(rows);
});

router.get("/people/:id", function (req, res, next) {
  const id = req.params.id;
  const sql = "select * from people where id = " + id;
  // ruleid: javascript-sql-from-request (drydock)
  db.query(sql, (err, rows) => (err ? next(err) : res.json(rows)));
  // ok: javascript-sql-from-request
  db.query("select * from people where id = " + parseInt(id, 10), done);
  // ok: javascript-sql-from-request
  db.query("select * from people where id = " + db.escape(id), done);
});

router.post("/search", async (req, res) => {
  const term = req.body?.term;
  // ruleid: javascript-sql-from-request
  await knex.raw("select * from goods where title like '%" + term + "%'");
  // ok: javascript-sql-from-request
  await knex.raw("select * from goods where title like ?", [`%${term}%`]);
  // ruleid: javascript-sql-from-request
  await sequelize.query(`SELECT * FROM goods WHERE title LIKE '%${term}%'`, { type: "SELECT" });
  // ok: javascript-sql-from-request
  await sequelize.query("SELECT * FROM goods WHERE title = :term", { replacements: { term } });
  // ruleid: javascript-sql-from-request
  await prisma.$queryRawUnsafe(`select * from goods where title = '${term}'`);
  // ok: javascript-sql-from-request
  await prisma.$queryRaw`select * from goods where title = ${term}`;
  // ruleid: javascript-sql-from-request (drydock)
  await pool.query({ text: "select * from goods where title = '" + term + "'" });
  // ok: javascript-sql-from-request
  await pool.query({ text: "select * from goods where title = $1", values: [term] });
});

router.get("/sorted", async (req, res) => {
  const order = COLUMNS[req.query.order] || "name";
  // ok: javascript-sql-from-request
  res.json(await db.query(`select * from people order by ${order}`));
  const way = req.query.way === "down" ? "desc" : "asc";
  // ok: javascript-sql-from-request
  res.json(await db.query("select * from people order by name " + way));
  const column = req.query.column;
  // ruleid: javascript-sql-from-request (drydock)
  await db.query("select * from people order by " + column);
  if (!["name", "age"].includes(column)) return res.status(400).end();
  // ok: javascript-sql-from-request
  await db.query("select * from people order by " + column);
});

// A helper that builds the condition.
const condition = (field, value) => `${field} = '${value}'`;

exports.find = async (request, reply) => {
  const where = condition("email", request.body.email);
  // ruleid: javascript-sql-from-request (drydock)
  return db.query("select id from people where " + where);
};

exports.list = async (page) => {
  // ok: javascript-sql-from-request
  return db.query("select id from people limit " + page.size);
};

// What the query answers is not what it was asked with.
exports.twice = async (req, res) => {
  const rows = await db.query("select id from people where name = ?", [req.query.name]);
  // ok: javascript-sql-from-request
  await db.query("select * from pets where owner = " + rows[0].id);
};
