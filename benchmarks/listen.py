#!/usr/bin/python3
"""Many idle Listen streams on one gateway: what each costs, and how long a new policy takes to reach all of them.

    benchmarks/listen.py [-n STREAMS] [-p POLICY] [-b BODY] [--java OPTIONS] [--set KEY=VALUE]...

Run it from the project's root after a build, with the bench harness built before (README.md): it uses that one's load generator, canned
Firestore, tokens and keys. Everything is on 127.0.0.1, core 0 has load and Firestore, core 1 the gateway.
"""
import argparse, base64, json, os, re, shutil, signal, socket, subprocess as sp, tempfile, time
from datetime import datetime

ap = argparse.ArgumentParser()
ap.add_argument("-n", type=int, default=10000)
ap.add_argument("-p", default="policy", help="folder beside this file")
ap.add_argument("-b", default="listen.bin", help="the message each stream begins with, of the harness's data or a path")
ap.add_argument("--java", default="", help="further options of the JVM")
ap.add_argument("--cp", default="proxy-core/target/*:proxy-core/target/lib/*")
ap.add_argument("--set", action="append", default=[])
ap.add_argument("--classes", action="store_true", help="show what a stream consists of")
A = ap.parse_args()
HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.environ.get("FSBENCH_WORK") or os.path.join(tempfile.gettempdir(), "fsbench")
DATA, WORK = BENCH + "/data", BENCH + "/listen"
JAVA = next(f"/usr/lib/jvm/{d}/bin" for d in sorted(os.listdir("/usr/lib/jvm")) if "25" in d)
PORT, UP, CONNECTIONS = 19500, 19600, 100
LISTEN = "/google.firestore.v1.Firestore/Listen"
BODY = A.b if "/" in A.b else f"{DATA}/{A.b}"
shutil.rmtree(WORK, ignore_errors=True)
shutil.copytree(f"{HERE}/{A.p}", WORK + "/policy")
POLICY = next(f"{WORK}/policy/{f}" for f in os.listdir(WORK + "/policy"))
TEXT = open(POLICY).read()
CANARY = open(f"{DATA}/tokens.txt").read().split("\n")[5000]
open(WORK + "/canary.txt", "w").write(CANARY + "\n")


def loadgen(*args, **options):
    return sp.Popen(["taskset", "-c", "0", BENCH + "/loadgen", "-p", str(PORT), "-w", "0", *map(str, args)], stdout=sp.PIPE, text=True, **options)

def hold(streams, connections, seconds, tokens):
    return loadgen("-u", LISTEN, "-b", BODY, "-L", "-c", connections, "-m", streams // connections, "-d", seconds, "-t", tokens, "-k", 1000, "-P")

def calls(seconds):
    """GetDocument, 500 a second at random moments: latencies in ms"""
    out = json.loads(loadgen("-b", f"{DATA}/get.bin", "-t", f"{DATA}/tokens.txt", "-k", 1000, "-P", "-c", 4, "-m", 8, "-r", 500, "-d", seconds).communicate()[0])
    return f"{out['ok']} calls, {out['err']} failed, p50 {out['p50'] / 1000:.1f}, p99 {out['p99'] / 1000:.1f}, most {out['max'] / 1000:.1f} ms"

def jcmd(*command):
    return sp.run([JAVA + "/jcmd", str(gateway.pid), *command], capture_output=True, text=True).stdout

def rss():
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{gateway.pid}/status").read())[1]) * 1024

def cpu():
    """ms of user and system time, all threads"""
    return 10 * sum(map(int, open(f"/proc/{gateway.pid}/stat").read().rsplit(")", 1)[1].split()[11:13]))

def heap():
    """class -> (objects, bytes), of what a collection leaves"""
    jcmd("GC.run")
    return {m[3]: (int(m[1]), int(m[2])) for m in re.finditer(r"^\s*\d+:\s+(\d+)\s+(\d+)\s+(\S+)", jcmd("GC.class_histogram"), re.M)}

def total(h): return sum(b for _, b in h.values())

def metrics():
    admin = re.search(r'admin="/127\.0\.0\.1:(\d+)"', open(WORK + "/log").read())[1]
    with socket.create_connection(("127.0.0.1", int(admin))) as s:
        s.sendall(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        text = b"".join(iter(lambda: s.recv(65536), b"")).decode()
    return lambda name: float(re.search(rf"^{name} (\S+)$", text, re.M)[1])

def awaited(streams):
    deadline = time.time() + 60
    while metrics()("firegate_streams_open") != streams:
        assert time.time() < deadline, f"not {streams} streams"
        time.sleep(0.2)
    time.sleep(2)

def moment(text): return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()

def ended(since):
    """when targets were denied, each, as the record has it"""
    with open(WORK + "/record.jsonl") as f:
        f.seek(since)
        return [moment(re.search(r'"time":"([^"]+)"', line)[1]) for line in f if '"kind":"outcome"' in line and '"status":"PERMISSION_DENIED"' in line]

def reload(text, what):
    before, record = len(re.findall("new policy in force", open(WORK + "/log").read())), os.path.getsize(WORK + "/record.jsonl")
    spent = [cpu()]
    watching = calls(3)
    spent.append(cpu())
    open(POLICY, "w").write(text)
    gateway.send_signal(signal.SIGHUP)
    during = calls(3)
    spent.append(cpu())
    lines = [l for l in open(WORK + "/log") if "new policy in force" in l]
    assert len(lines) == before + 1, "no new policy"
    at = moment(lines[-1].split()[0])
    ends = ended(record)
    # Each target that ends has two lines with this status, its denial's and its own.
    print(f"{what}: {len(ends) // 2} targets ended, the last {1000 * (max(ends) - at):.0f} ms after the policy was in force; "
          f"{spent[2] - 2 * spent[1] + spent[0]} ms of CPU, {metrics()('firegate_record_lines_lost_total'):.0f} record lines lost\n  other calls before: {watching}\n  and during: {during}")

print("load average", os.getloadavg())
upstream = sp.Popen(["taskset", "-c", "0", BENCH + "/upstream", str(UP), f"{DATA}/doc.pb", f"{DATA}/doc.json"], stderr=sp.DEVNULL)
settings = {
    "policy.dir": WORK + "/policy", "policy.reload": "signal", "audit.file": WORK + "/record.jsonl", "tenants.0.keys.file": f"{DATA}/jwks.json",
    "listeners.0.address": f"127.0.0.1:{PORT}", "listeners.1.address": f"127.0.0.1:{PORT + 1}",
    "listeners.1.tls.certificate": f"{DATA}/tls.crt", "listeners.1.tls.key": f"{DATA}/tls.key", "upstream.emulator": f"127.0.0.1:{UP}"}
command = ["taskset", "-c", "1", JAVA + "/java", "--enable-native-access=ALL-UNNAMED", *A.java.split(), "-cp", A.cp, "io.firegate.cli.Main",
           "run", "--config", f"{HERE}/gateway.yaml"]
for each in [f"{k}={v}" for k, v in settings.items()] + A.set: command += ["--set", each]
gateway = sp.Popen(command, stderr=open(WORK + "/log", "w"), stdout=sp.DEVNULL)
try:
    while "serving" not in open(WORK + "/log").read():
        assert gateway.poll() is None, open(WORK + "/log").read()
        time.sleep(0.1)
    calls(3)
    # Once before: what code and buffers need is there then.
    hold(A.n, CONNECTIONS, 5, f"{DATA}/tokens.txt").wait()
    canary = hold(1, 1, 110, WORK + "/canary.txt")
    awaited(1)
    h0, r0 = heap(), rss()
    streams = hold(A.n, CONNECTIONS, 100, f"{DATA}/tokens.txt")
    awaited(A.n + 1)
    r1, h1 = rss(), heap()
    n = A.n
    print(f"{n} streams: live heap {(total(h1) - total(h0)) / n:.0f} B each, RSS {r0 / 2**20:.0f} -> {r1 / 2**20:.0f} MiB = {(r1 - r0) / n:.0f} B each, "
          f"{(rss() - r0) / n:.0f} B after a collection")
    if A.classes:
        more = {k: (h1[k][0] - h0.get(k, (0, 0))[0], h1[k][1] - h0.get(k, (0, 0))[1]) for k in h1}
        for k in sorted(more, key=lambda k: -more[k][1]):
            if more[k][1] >= 4 * n: print(f"{more[k][0] / n:8.2f} {more[k][1] / n:6.0f} B  {k}")
    claims = json.loads(base64.urlsafe_b64decode(CANARY.split(".")[1] + "=="))
    # The canary's stream is the oldest, and looked at last.
    deny = f"deny:\n  principals: [{claims['tid']}/{claims['oid']}]\n"
    reload(TEXT + deny, "a policy that ends one, the last to be looked at")
    # The other calls are made by members of the first four groups.
    half = re.sub(r"(?m)^.*aaaaaaaa-0000-4000-8000-00000000000[4-7]\n", "", TEXT) + deny
    reload(half, "a policy that ends half")
    print("load average", os.getloadavg())
finally:
    for p in (gateway, upstream): p.kill()
