const { ping, fixed } = require('./lib/net');
const Job = require('./lib/job');

app.get('/ping', (req, res) => {
  ping(req.query.host);
  fixed(req.query.host);
});

app.get('/job', async (req, res) => {
  const job = new Job(req.body.command, 'daily');
  await job.run();
});
