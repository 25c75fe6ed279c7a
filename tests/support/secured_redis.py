"""A Redis that speaks TLS alone, asks for certificates of a private authority, and knows the users
that deploy/REDIS.md sets up, by the very rules that stand there."""
import pathlib
import re
import subprocess

from tests.support.programs import ROOT, RedisServer, free_port
from tests.support.resp import Redis

DOCUMENT = ROOT / "deploy/REDIS.md"


class Authority:
    """A private certificate authority, by the openssl command."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.certificate, self.key = self.folder / "ca.crt", self.folder / "ca.key"
        self._openssl("req", "-x509", *self._new_key(self.key), "-days", "2", "-subj", "/CN=ca",
                      "-out", self.certificate)

    @staticmethod
    def _new_key(file):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                file]

    @staticmethod
    def _openssl(*words):
        subprocess.run(["openssl", *[str(word) for word in words]], check=True,
                       capture_output=True, timeout=60)

    def issue(self, name, alternative):
        """Returns certificate and key of a name: `DNS:redis.example` or `IP:127.0.0.1`."""
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        request, extension = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName={alternative}\n")
        self._openssl("req", *self._new_key(key), "-subj", f"/CN={name}", "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                      "-CAcreateserial", "-days", "2", "-extfile", extension, "-out", certificate)
        return certificate, key

    def server_options(self, tls_port, name="redis", alternative="IP:127.0.0.1"):
        """Of a redis-server or Sentinel that asks its clients for certificates at `tls_port`."""
        certificate, key = self.issue(name, alternative)
        return ["--tls-port", tls_port, "--tls-cert-file", certificate, "--tls-key-file", key,
                "--tls-ca-cert-file", self.certificate, "--tls-auth-clients", "yes"]

    def client_settings(self):
        """Of an edge or a tracker that such servers admit."""
        certificate, key = self.issue("client", "DNS:client")
        return [f"redis.tls.ca={self.certificate}", f"redis.tls.certificate={certificate}",
                f"redis.tls.key={key}"]

    def client_flags(self):
        """The same for `waymark`."""
        certificate, key = self.issue("tool", "DNS:tool")
        return ["--redis-ca", self.certificate, "--redis-certificate", certificate, "--redis-key",
                key]


def documented_rules(user):
    """The ACL rules of a user, from the document that operators copy them from."""
    found = re.search(rf"^    (user {user} .*(?:\n      .*)*)", DOCUMENT.read_text(), re.M)
    assert found, f"deploy/REDIS.md has no rules for {user}"
    return found[1].split()


class SecuredRedis(RedisServer):
    """Its plain port is for the test alone, as the user `test`."""

    def __init__(self, folder, authority, alternative="IP:127.0.0.1"):
        self.acl = pathlib.Path(folder) / "users.acl"
        lines = ["user default off", "user test on >test ~* &* +@all"]
        lines += [" ".join(documented_rules(user)).replace("PASSWORD", f"secret-{user}")
                  for user in ("waymark-edge", "waymark-tracker", "waymark-tool")]
        self.acl.write_text("\n".join(lines) + "\n")
        self.tls_port = free_port()
        super().__init__(
            folder, *authority.server_options(self.tls_port, alternative=alternative), "--aclfile",
            self.acl)

    def client(self):
        client = Redis(self.port)
        client.command("AUTH", "test", "test")
        return client

    def url_of(self, user, password=None, host="127.0.0.1"):
        return f"rediss://{user}:{password or 'secret-' + user}@{host}:{self.tls_port}"
