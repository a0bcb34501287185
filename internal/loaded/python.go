package loaded

import "strings"

// otherModules are the modules of distributions that are not called as they are (PyPI's names in their normal form).
var otherModules = map[string]string{
	"attrs": "attr attrs", "beautifulsoup4": "bs4", "bitarray": "bitarray", "cairosvg": "cairosvg", "celery": "celery",
	"charset-normalizer": "charset_normalizer", "discord-py": "discord", "django-allauth": "allauth",
	"django-cors-headers": "corsheaders", "django-crispy-forms": "crispy_forms", "django-debug-toolbar": "debug_toolbar",
	"django-environ": "environ", "django-extensions": "django_extensions", "django-filter": "django_filters",
	"django-redis": "django_redis", "django-storages": "storages", "djangorestframework": "rest_framework",
	"djangorestframework-simplejwt": "rest_framework_simplejwt", "dnspython": "dns", "docker": "docker",
	"factory-boy": "factory", "fastapi": "fastapi", "flask-login": "flask_login", "flask-sqlalchemy": "flask_sqlalchemy",
	"gitpython": "git gitdb", "google-api-python-client": "googleapiclient apiclient", "google-auth": "google.auth google.oauth2",
	"google-cloud-storage": "google.cloud.storage", "grpcio": "grpc", "gunicorn": "gunicorn", "ipython": "IPython",
	"jinja2": "jinja2", "ldap3": "ldap3", "markdown": "markdown", "markupsafe": "markupsafe", "mysql-connector-python": "mysql",
	"mysqlclient": "MySQLdb", "opencv-python": "cv2", "opencv-python-headless": "cv2", "openssl": "OpenSSL",
	"pillow": "PIL", "protobuf": "google.protobuf", "psycopg": "psycopg", "psycopg2-binary": "psycopg2",
	"pycryptodome": "Crypto", "pycryptodomex": "Cryptodome", "pygments": "pygments", "pyjwt": "jwt", "pymongo": "pymongo bson gridfs",
	"pymysql": "pymysql", "pynacl": "nacl", "pyopenssl": "OpenSSL", "pyserial": "serial", "python-dateutil": "dateutil",
	"python-dotenv": "dotenv", "python-jose": "jose", "python-ldap": "ldap", "python-magic": "magic",
	"python-multipart": "multipart python_multipart", "python-slugify": "slugify", "pytz": "pytz", "pyyaml": "yaml",
	"pyzmq": "zmq", "ruamel-yaml": "ruamel.yaml", "scikit-image": "skimage", "scikit-learn": "sklearn",
	"sentry-sdk": "sentry_sdk", "setuptools": "setuptools pkg_resources _distutils_hack", "sqlalchemy": "sqlalchemy",
	"typing-extensions": "typing_extensions", "websocket-client": "websocket", "werkzeug": "werkzeug",
	"wheel": "wheel", "xmltodict": "xmltodict", "zope-interface": "zope.interface", "faiss-cpu": "faiss",
	"msgpack": "msgpack", "paho-mqtt": "paho", "pywin32": "win32api win32con", "rpds-py": "rpds", "umap-learn": "umap",
	"antlr4-python3-runtime": "antlr4", "pyasn1-modules": "pyasn1_modules", "email-validator": "email_validator",
	"importlib-metadata": "importlib_metadata", "more-itertools": "more_itertools", "fonttools": "fontTools",
	"pysocks": "socks sockshandler", "cython": "Cython cython", "snowballstemmer": "snowballstemmer",
}

// modulesOf are the names under which a distribution is imported: those of the table, else its own.
func modulesOf(pkg string) []string {
	n := pep503(pkg)
	if m, ok := otherModules[n]; ok {
		return strings.Fields(m)
	}
	return []string{strings.ReplaceAll(n, "-", "_")}
}

// sameName are widely used distributions that are known to be imported under their own name.
var sameName = strings.Fields(
	"aiohttp alembic anyio asgiref babel bcrypt bleach blinker boto3 botocore brotli cachetools " +
		"certifi cffi chardet click cryptography dash dask defusedxml distlib django ecdsa eventlet feedparser filelock flask " +
		"fonttools frozenlist gevent greenlet h11 h2 html5lib httpcore httplib2 httptools httpx idna itsdangerous joblib " +
		"jsonschema jupyter kombu lxml mako marshmallow matplotlib mistune multidict nltk notebook numpy oauthlib orjson packaging pandas " +
		"paramiko passlib pip pluggy plotly psutil psycopg2 py pyarrow pyasn1 pycparser pydantic pyparsing pytest " +
		"quart redis regex reportlab requests rich rsa scipy scrapy simplejson six sniffio soupsieve sqlparse starlette " +
		"sympy tenacity tensorflow toml torch tornado tqdm transformers trio twisted tzdata ujson urllib3 uvicorn uvloop virtualenv waitress " +
		"watchfiles webob websockets wrapt wtforms yarl zipp streamlit sentencepiece onnx keras gradio mlflow ray black",
)

// nameKnown reports whether the names under which a package is imported are known for certain: only then can their
// absence say that it is not loaded.
func nameKnown(lang, pkg string) bool {
	switch lang {
	case "Python":
		n := pep503(pkg)
		if _, ok := otherModules[n]; ok {
			return true
		}
		for _, s := range sameName {
			if s == n {
				return true
			}
		}
		return false
	case "JavaScript":
		return true // an import names the package itself
	}
	return false // Go links packages of modules, Java has plugins and class paths: absence of an import says little
}
