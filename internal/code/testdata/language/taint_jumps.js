function choice(mood) {
  let word = "";
  switch (mood) {
    case "loud":
      word = hear();
      break;
    default:
      word = "hush";
      break;
  }
  // ruleid: jumps
  say(word);
}
function through(mood) {
  let word = "";
  switch (mood) {
    case "loud":
      word = hear();
    case "soft":
      // ruleid: jumps
      say(word);
      break;
    case "mute":
      // ok: jumps
      say(word);
  }
}
function again(list) {
  let word = "";
  for (const e of list) {
    switch (e) {
      case 1:
        word = hear();
        continue;
      case 2:
        return;
    }
    word = "";
  }
  // ruleid: jumps
  say(word);
}
function labels(list) {
  let word = "";
  outer: for (const e of list) {
    for (const f of e) {
      if (f) { word = hear(); continue outer; }
    }
    word = "";
  }
  // ruleid: jumps
  say(word);
}
function shortcut(ok) {
  let word = hear();
  ok || (() => { throw 1; })();
  // ruleid: jumps
  say(word);
}
function caught() {
  let word = hear();
  try {
    word = "";
    return run();
  } catch {
    // ok: jumps
    say("");
  } finally {
    word = "";
  }
  // ok: jumps
  say(word);
}
