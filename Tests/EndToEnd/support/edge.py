"""Debian's nginx with the configuration that deploy/cdn has, in front of a Podo."""

import os

from .process import Process
from .servers import ROOT, can_connect, free_port

CONFIGURATION = os.path.join(ROOT, "deploy/cdn/nginx.conf")


class Edge(Process):
    """The recipe as it is, but for ports and directories."""

    def __init__(self, site, podo, name="edge"):
        self.port = free_port()
        prefix = site.join(name)
        for folder in ("", "/cache", "/log"):
            os.mkdir(prefix + folder)
        self.log = f"{prefix}/log/podo.log"
        with open(CONFIGURATION, encoding="utf-8") as file:
            recipe = file.read()
        for old, new in [("server 127.0.0.1:8080;", f"server 127.0.0.1:{podo.http_port};"),
                         ("listen 8081;", f"listen 127.0.0.1:{self.port};"),
                         ("/var/cache/nginx/podo", f"{prefix}/cache"), ("/var/log/nginx", f"{prefix}/log")]:
            if old not in recipe:
                raise SystemExit(f"{CONFIGURATION} has no {old}")
            recipe = recipe.replace(old, new)
        with open(f"{prefix}/podo-edge.conf", "w", encoding="utf-8") as file:
            file.write(recipe)
        with open(f"{prefix}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(self.main(prefix))
        super().__init__(["nginx", "-p", prefix, "-c", f"{prefix}/nginx.conf", "-e", "stderr"], site.join(f"{name}.log"))
        site.servers.insert(0, self)

    def start(self):
        self.wait_until(lambda: can_connect(self.port))
        return self

    @staticmethod
    def main(prefix):
        folders = "".join(f"    {kind}_temp_path {prefix}/{kind.replace('client_body', 'body')};\n"
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""
daemon off;
worker_processes 2;
pid {prefix}/nginx.pid;
user {"root" if os.geteuid() == 0 else "nobody"};
events {{ worker_connections 1024; }}
http {{
    access_log off;
{folders}    include {prefix}/podo-edge.conf;
}}
"""
