app.post("/login", (req, res) => {
  const { user } = req.body;
  // ruleid: javascript-log-injection
  console.log("Login of " + user);
  // ruleid: javascript-log-injection
  logger.info(`Login of ${req.body.user} failed`);
  // ok: javascript-log-injection
  logger.info({ user }, "Login");
  // ok: javascript-log-injection
  logger.info("Login of " + JSON.stringify(user));
  // ok: javascript-log-injection
  logger.info(`Login of ${user.replace(/[\r\n]/g, "")}`);
  // ok: javascript-log-injection
  logger.info("Login number " + Number(req.body.count));
  // ok: javascript-log-injection
  logger.info("Login");
});
