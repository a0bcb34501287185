"use strict";

// The storefront: a page with the goods, a search, a basket, and an entrance for the staff.

const path = require("path");
const express = require("express");
const jwt = require("jsonwebtoken");
const _ = require("lodash");

const goods = require("./goods");
const orders = require("./orders");

const app = express();
const secret = process.env.SESSION_SECRET || "change-me-before-launch";

app.set("view engine", "ejs");
app.set("views", path.join(__dirname, "views"));
app.use(express.json());
app.use(express.urlencoded({ extended: true }));

const settings = { currency: "EUR", pageSize: 20 };

app.get("/health", (req, res) => {
  res.json({ service: "storefront" });
});

app.get("/", (req, res) => {
  res.render("index", { goods: goods.all().slice(0, settings.pageSize), currency: settings.currency });
});

app.get("/search", (req, res) => {
  const term = req.query.q || "";
  const found = goods.search(term);
  res.send("<h1>" + found.length + " results for " + term + "</h1><ul>" +
    found.map((g) => `<li>${_.escape(g.name)}</li>`).join("") + "</ul>");
});

app.post("/basket", async (req, res) => {
  const items = goods.price(req.body.items || []);
  const saved = await orders.place(req.body.customer || "guest", items);
  res.status(saved ? 201 : 503).json({ saved, total: _.sumBy(items, "price") });
});

app.get("/leave", (req, res) => {
  res.redirect(req.query.to || "/");
});

app.post("/staff/login", (req, res) => {
  if (!process.env.STAFF_PASSWORD || req.body.password !== process.env.STAFF_PASSWORD) {
    return res.status(401).json({ error: "wrong password" });
  }
  res.json({ token: jwt.sign({ role: "staff" }, secret, { expiresIn: "8h" }) });
});

function staff(req, res, next) {
  try {
    const claims = jwt.verify((req.get("authorization") || "").replace("Bearer ", ""), secret);
    if (claims.role !== "staff") throw new Error("not staff");
    next();
  } catch {
    res.status(403).json({ error: "staff only" });
  }
}

app.post("/staff/settings", staff, (req, res) => {
  _.merge(settings, req.body);
  res.json(settings);
});

app.get("/staff/invoice", staff, (req, res) => {
  res.sendFile(path.join(__dirname, "invoices", req.query.name || ""));
});

if (require.main === module) {
  app.listen(3000, () => console.log("storefront listens on 3000"));
}

module.exports = { app };
