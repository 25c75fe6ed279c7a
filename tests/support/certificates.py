"""Certificates for tests, made by the openssl command."""
import pathlib
import subprocess


def make(folder, name, hosts, subject=None):
    """Writes NAME.crt and NAME.key into the folder, for these host names; returns both paths."""
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    names = ",".join(f"DNS:{host}" for host in hosts)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", f"/CN={subject or name}", "-addext",
         f"subjectAltName={names}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True, timeout=60)
    key.chmod(0o600)
    return certificate, key


def let_end(folder, name):
    """Signs NAME.crt again, so that it ended yesterday."""
    certificate, key = (pathlib.Path(folder) / f"{name}.{kind}" for kind in ("crt", "key"))
    signed = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-signkey", key, "-days", "-1"],
        check=True, capture_output=True, timeout=60).stdout
    certificate.write_bytes(signed)
