// Program of the do-nothing control.

const NAP_MS = 5;
let late = 0;
let worst = 0;
let naps = 0;
let before = performance.now();

const timer = setInterval(() => {
  const now = performance.now();
  const delay = now - before - NAP_MS;
  before = now;
  naps++;
  if (delay > 20) late++;
  if (delay > worst) worst = delay;
}, NAP_MS);

process.once('message', () => {
  clearInterval(timer);
  process.send?.({ late, worst, naps });
  process.disconnect();
});
