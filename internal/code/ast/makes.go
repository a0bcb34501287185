package ast

// What functions and methods of libraries give, as far as rules ask for the type.
var goMakes = map[string]string{
	"sql.Open": "*sql.DB", "sql.OpenDB": "*sql.DB", "sqlx.Open": "*sqlx.DB", "sqlx.Connect": "*sqlx.DB",
	"sqlx.MustConnect": "*sqlx.DB", "sqlx.MustOpen": "*sqlx.DB", "gorm.Open": "*gorm.DB",
	"pgx.Connect": "*pgx.Conn", "pgxpool.New": "*pgxpool.Pool", "pgxpool.Connect": "*pgxpool.Pool",
	"*sql.DB.Begin": "*sql.Tx", "*sql.DB.BeginTx": "*sql.Tx", "*sql.DB.Conn": "*sql.Conn",
	"*sqlx.DB.Beginx": "*sqlx.Tx", "*sqlx.DB.MustBegin": "*sqlx.Tx", "*sqlx.DB.BeginTxx": "*sqlx.Tx",
	"*gorm.DB.Begin": "*gorm.DB", "*gorm.DB.Model": "*gorm.DB", "*gorm.DB.Table": "*gorm.DB",
	"*gorm.DB.Where": "*gorm.DB", "*gorm.DB.Joins": "*gorm.DB", "*gorm.DB.Preload": "*gorm.DB",
	"*gorm.DB.WithContext": "*gorm.DB", "*gorm.DB.Session": "*gorm.DB", "*gorm.DB.Debug": "*gorm.DB",
	"*gorm.DB.Select": "*gorm.DB", "*gorm.DB.Order": "*gorm.DB", "*gorm.DB.Group": "*gorm.DB",
	"*gorm.DB.Limit": "*gorm.DB", "*gorm.DB.Offset": "*gorm.DB", "*gorm.DB.Unscoped": "*gorm.DB",
	"*pgx.Conn.Begin": "pgx.Tx", "*pgxpool.Pool.Begin": "pgx.Tx", "*pgxpool.Pool.Acquire": "*pgxpool.Conn",
	"rand.New": "*rand.Rand", "template.New": "*template.Template", "template.Must": "*template.Template",
	"*template.Template.New": "*template.Template", "*template.Template.Funcs": "*template.Template",
	"*template.Template.Delims": "*template.Template", "*template.Template.Option": "*template.Template",
	"http.NewServeMux": "*http.ServeMux", "http.NewRequest": "*http.Request",
	"*http.Request.WithContext": "*http.Request", "*http.Request.Clone": "*http.Request",
	"zip.OpenReader": "*zip.ReadCloser", "tar.NewReader": "*tar.Reader", "*tar.Reader.Next": "*tar.Header",
	"gin.Default": "*gin.Engine", "gin.New": "*gin.Engine", "echo.New": "*echo.Echo", "fiber.New": "*fiber.App",
	"ldap.DialURL": "*ldap.Conn", "ldap.Dial": "*ldap.Conn", "bluemonday.UGCPolicy": "*bluemonday.Policy",
	"bluemonday.StrictPolicy": "*bluemonday.Policy", "echo.Context.Request": "*http.Request",
}

var javaMakes = map[string]string{
	"DriverManager.getConnection": "Connection", "DataSource.getConnection": "Connection",
	"Connection.createStatement": "Statement", "Connection.prepareStatement": "PreparedStatement",
	"Connection.prepareCall": "CallableStatement", "Runtime.getRuntime": "Runtime",
	"HttpServletRequest.getSession": "HttpSession", "EntityManagerFactory.createEntityManager": "EntityManager",
	"SessionFactory.openSession": "Session", "SessionFactory.getCurrentSession": "Session",
	"DocumentBuilderFactory.newInstance": "DocumentBuilderFactory", "SAXParserFactory.newInstance": "SAXParserFactory",
	"DocumentBuilderFactory.newDocumentBuilder": "DocumentBuilder", "SAXParserFactory.newSAXParser": "SAXParser",
	"XPathFactory.newInstance": "XPathFactory", "XPathFactory.newXPath": "XPath",
	"HttpClient.newHttpClient": "HttpClient", "XMLInputFactory.newInstance": "XMLInputFactory",
}
