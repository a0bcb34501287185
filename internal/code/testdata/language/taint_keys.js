const name = src();
// ok: keys
sink({ name: clean(name) });
// ok: keys
sink({ name: 1 });
// ruleid: keys
sink({ [name]: 1 });
// ruleid: keys
sink({ name });
// ruleid: keys
sink({ "name": name });
