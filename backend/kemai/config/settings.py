"""Django's settings, from the typed environment. What the business tunes is a parameter in the database, not here."""

from __future__ import annotations

from psycopg.conninfo import conninfo_to_dict

from kemai.config.env import get_env
from kemai.config.logs import configure_logging

_env = get_env()

STATEMENT_SECONDS = _env.statement_seconds
STATEMENT_LIMITS = f"-c statement_timeout={STATEMENT_SECONDS * 1000} -c lock_timeout=4000 -c idle_in_transaction_session_timeout=60000 -c jit=off"


def database(url: str) -> dict[str, object]:
    """Django's form of a PostgreSQL URL: also of sockets, and of several servers of which one takes writes."""
    known = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": known.pop("dbname", ""),
        "USER": known.pop("user", ""),
        "PASSWORD": known.pop("password", ""),
        "HOST": known.pop("host", ""),
        "PORT": known.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            **known,
            "prepare_threshold": None,
            "options": STATEMENT_LIMITS,
        },
    }


SECRET_KEY = _env.secret_key
SECRET_KEY_FALLBACKS = _env.secret_key_fallbacks
DEBUG = _env.debug
ALLOWED_HOSTS = _env.hosts
DATABASES = {"default": database(_env.database_url)}
DATABASE_DIRECT_URL = _env.database_direct_url
REPLICA_URL = _env.replica_url
FILES_DIR = _env.files_dir
VOLUMES = [_env.data_dir, *([_env.embedded.home] if _env.embedded else [])]
RESERVE_MB = _env.reserve_mb
KEMAI_HTTPS = _env.https
TRUSTED_PROXIES = frozenset(_env.trusted_proxies)
REQUESTS_PER_MINUTE = _env.requests_per_minute
PUBLIC_URL = _env.public_url

INSTALLED_APPS = [
    "pgtrigger",
    "procrastinate.contrib.django",
    "kemai.base",
    "kemai.accounts",
    "kemai.platform",
    "kemai.administration",
    "kemai.customers",
    "kemai.activities",
    "kemai.sales",
    "kemai.analytics",
    "kemai.integrations",
    "kemai.privacy",
    "kemai.config.apps.ConfigConfig",
]
MIDDLEWARE = ["kemai.config.static.AppMiddleware", "kemai.config.middleware.KemaiMiddleware"]
ROOT_URLCONF = "kemai.config.urls"
WSGI_APPLICATION = "kemai.config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
SECURE_CONTENT_TYPE_NOSNIFF = False
PROCRASTINATE_ON_APP_READY = None
SILENCED_SYSTEM_CHECKS = ["models.W027"]
LOGGING_CONFIG = None
STATIC_APP = _env.static_dir / "app"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600

configure_logging(_env.log_level)
