const ldap = require("ldapjs");
const client = ldap.createClient({ url: "ldaps://directory.example" });

app.get("/people", (req, res) => {
  const { name } = req.query;
  // ruleid: javascript-ldap-injection
  client.search("ou=people", { filter: `(cn=${name})`, scope: "sub" }, done);
  // ruleid: javascript-ldap-injection
  client.search("ou=people", { filter: "(&(uid=" + req.body.user + ")(pw=" + req.body.pw + "))" }, done);
  // ok: javascript-ldap-injection
  client.search("ou=people", { filter: new ldap.EqualityFilter({ attribute: "cn", value: name }) }, done);
  // ok: javascript-ldap-injection
  client.search("ou=people", { filter: `(cn=${ldapEscape(name)})` }, done);
  // ok: javascript-ldap-injection
  client.search("ou=people", { filter: "(objectClass=person)" }, done);
});
