"""The floor on the product's own web server, with the same settings of everything."""

from kemai.config import web
from kemai.config.env import get_env

if __name__ == "__main__":
    web.serve(get_env(), "web")
