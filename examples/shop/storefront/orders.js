"use strict";

const { Pool } = require("pg");

const pool = new Pool({
  host: process.env.DB_HOST || "db",
  database: process.env.DB_NAME || "shop",
  user: process.env.DB_USER || "shop",
  password: process.env.DB_PASSWORD,
  connectionTimeoutMillis: 2000,
});

// place writes an order and says whether that worked.
exports.place = async (customer, items) => {
  const total = items.reduce((sum, item) => sum + item.price, 0);
  try {
    await pool.query("INSERT INTO orders (customer, total, placed_at) VALUES ($1, $2, now())", [customer, total]);
    return true;
  } catch (err) {
    console.error("order not saved:", err.code);
    return false;
  }
};
