(function () {
  'use strict';
  var root = document.documentElement;
  root.classList.add('js');
  var theme = document.getElementById('theme');
  if (theme) {
    theme.addEventListener('click', function () {
      var dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
      root.dataset.theme = dark ? 'light' : 'dark';
    });
  }
  var rows = Array.prototype.slice.call(document.querySelectorAll('.f'));
  var text = document.getElementById('text');
  if (!text) { return; }
  var selects = Array.prototype.slice.call(document.querySelectorAll('.tools select'));
  var buttons = Array.prototype.slice.call(document.querySelectorAll('.tools button[data-severity]'));
  var count = document.getElementById('count');
  function apply() {
    var words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var off = {};
    buttons.forEach(function (b) { if (b.getAttribute('aria-pressed') === 'false') { off[b.dataset.severity] = true; } });
    var shown = 0;
    rows.forEach(function (r) {
      var ok = !off[r.dataset.severity] && words.every(function (w) { return r.dataset.text.indexOf(w) >= 0; }) &&
        selects.every(function (s) { return !s.value || (s.id === 'gate' ? r.dataset.gate === s.value : r.dataset.services.split('\n').indexOf(s.value) >= 0); });
      r.hidden = !ok;
      if (ok) { shown++; }
    });
    count.textContent = shown === rows.length ? '' : shown + ' of ' + rows.length + ' lines';
  }
  text.addEventListener('input', apply);
  selects.forEach(function (s) { s.addEventListener('change', apply); });
  buttons.forEach(function (b) {
    b.addEventListener('click', function () {
      b.setAttribute('aria-pressed', b.getAttribute('aria-pressed') === 'false' ? 'true' : 'false');
      apply();
    });
  });
  var open = document.getElementById('open');
  open.addEventListener('click', function () {
    var on = open.getAttribute('aria-expanded') !== 'true';
    open.setAttribute('aria-expanded', String(on));
    open.textContent = on ? 'Close all' : 'Open all';
    rows.forEach(function (r) { r.open = on; });
  });
  document.addEventListener('keydown', function (e) {
    if (e.key === '/' && document.activeElement !== text) { e.preventDefault(); text.focus(); }
  });
  addEventListener('beforeprint', function () { rows.forEach(function (r) { r.open = true; }); });
})();
