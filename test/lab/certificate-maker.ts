/** Certificates of a CA of the lab's own, good, over or for another name, for real TLS servers. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const DAY_MS = 86_400_000;
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export class CertificateMaker {
  /** PEM of the CA. */
  readonly caFile: string;
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    this.caFile = join(folder, "ca.pem");
    this.openssl(
      "req",
      "-x509",
      ...KEY,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-days",
      "60",
      "-subj",
      "/CN=Neolia lab CA",
    );
  }

  /** A certificate of the lab's CA that ends so many days from now; negative: it has ended. */
  make(name: string, days: number, host = "localhost"): { key: string; cert: string } {
    this.openssl("req", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${host}`);
    const at = (ms: number) => `${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
    this.openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-out",
      `${name}.pem`,
      "-days",
      String(Math.max(1, days)),
    );
    // x509 knows no dates: a certificate that is over is signed by a small CA of its own run.
    if (days < 1) this.expired(name, at(Date.now() - 40 * DAY_MS), at(Date.now() + days * DAY_MS));
    const read = (end: string) => readFileSync(join(this.folder, `${name}.${end}`), "utf8");
    return { key: read("key"), cert: read("pem") };
  }

  private expired(name: string, from: string, to: string): void {
    execFileSync("sh", ["-c", ": >index.txt; echo 01 >serial; mkdir -p new"], { cwd: this.folder });
    execFileSync(
      "sh",
      [
        "-c",
        `cat >ca.cnf <<'END'
[ca]
default_ca = lab
[lab]
database = index.txt
serial = serial
new_certs_dir = new
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
[any]
commonName = supplied
END`,
      ],
      { cwd: this.folder },
    );
    this.openssl(
      "ca",
      "-batch",
      "-config",
      "ca.cnf",
      "-in",
      `${name}.csr`,
      "-out",
      `${name}.pem`,
      "-notext",
      "-startdate",
      from,
      "-enddate",
      to,
    );
  }

  private openssl(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
  }
}
