app.get("/people", async (req, res) => {
  try {
    res.json(await load());
  } catch (err) {
    // ruleid: javascript-error-details-shown
    res.status(500).send(err.stack);
  }
});

app.get("/two", async (req, res) => {
  try {
    res.json(await load());
  } catch (error) {
    // ruleid: javascript-error-details-shown
    res.status(500).json({ message: "failed", trace: error.stack });
  }
});

app.get("/three", (req, res) => {
  db.query("select 1", (err, rows) => {
    if (err) {
      // ruleid: javascript-error-details-shown
      return res.status(500).json({ error: err.sqlMessage });
    }
    res.json(rows);
  });
});

app.use((err, req, res, next) => {
  // ok: javascript-error-details-shown
  console.error(err.stack);
  // ok: javascript-error-details-shown
  res.status(500).json({ message: "Something went wrong" });
  // ok: javascript-error-details-shown
  res.render("error", { stack: process.env.NODE_ENV === "production" ? "" : err.stack });
  if (process.env.NODE_ENV === "development") {
    // ok: javascript-error-details-shown
    res.send(err.stack);
  }
});
