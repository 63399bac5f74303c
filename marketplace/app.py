"""The application factory: settings in, one Flask application out."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy.orm import sessionmaker

from marketplace import formatting, frame, health, http_errors, i18n, session
from marketplace.api.v1 import access
from marketplace.config import MAX_REQUEST_BYTES, ROOT, Settings
from marketplace.features import FEATURES
from marketplace.security import headers, requests
from marketplace.urls import register as register_urls
from models.engine import make_engine

COOKIE_SECONDS = 12 * 3600


def create_app(settings: Settings | None = None) -> Flask:
    """A Flask application on ``settings`` (default: from the environment)."""
    settings = settings or Settings.from_environment()
    app = Flask("marketplace", static_folder=str(ROOT / "static"), root_path=str(Path(__file__).parent))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_NAME="gongsheng",
        REMEMBER_COOKIE_SECURE=settings.https,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        PERMANENT_SESSION_LIFETIME=COOKIE_SECONDS,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        WTF_CSRF_TIME_LIMIT=COOKIE_SECONDS,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        TEMPLATES_AUTO_RELOAD=False,
    )
    engine = make_engine(settings.database_url)
    app.extensions["gongsheng_settings"] = settings
    app.extensions["gongsheng_engine"] = engine
    app.extensions["gongsheng_sessions"] = sessionmaker(engine, expire_on_commit=False)
    app.extensions["gongsheng_permissions"] = {}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # A program is admitted before its body is read; what is not to be read is refused before forms are checked.
    access.register(app)
    requests.register(app)
    # A program's request carries a key and no cookie counts there, so no page elsewhere can forge one.
    CSRFProtect(app).exempt("marketplace.api.v1.routes.post_weighing")
    _sign_ins(app)
    for part in (session, i18n, formatting, http_errors, frame, health):
        part.register(app)
    headers.register(app, https=settings.https)
    for name, urls in FEATURES.items():
        register_urls(app, name, urls)
    return app


def _sign_ins(app: Flask) -> None:
    from marketplace.accounts.session import load_signed_in

    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(load_signed_in)
