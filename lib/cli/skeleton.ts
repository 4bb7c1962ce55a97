/** The files of a new scenario: one shop, one fault, two repairs. */

/** By path in the new folder. `schema`: where the JSON Schema is, seen from there. */
export function skeleton(id: string, schema: string): Record<string, string> {
  const title = id.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());
  return {
    'scenario.yaml': scenario(id, title, schema),
    'brief.md': BRIEF,
    'debrief.md': DEBRIEF,
  };
}

function scenario(id: string, title: string, schema: string): string {
  return `# yaml-language-server: $schema=${schema}
# The format: docs/SCENARIOS.md. Try it: npx faultline prove scenarios/${id}
format: 1
id: ${id}
title: ${title}
track: My first scenarios
difficulty: 1
minutes: 10
teaches: [Why a service that was only stopped comes back, and one that was disabled does not]
needs: [How to reach a host by ssh]
summary: The shop answered until a minute ago.
# Where the learner's terminal opens; the rest is reached by ssh.
start: { host: desk, user: student }

lab:
  # Places on the canvas are pixels; a host's place is inside its zone.
  zones:
    internet: { subnet: 203.0.113.0/24, label: Internet, tone: internet, at: { x: 0, y: 0, width: 180, height: 220 } }
    app: { subnet: 10.0.2.0/24, label: App, tone: app, at: { x: 240, y: 0, width: 180, height: 220 } }
  hosts:
    gw:
      kind: router
      zone: app
      interfaces:
        eth0: { zone: internet, address: 203.0.113.1/24 }
        eth1: { zone: app, address: 10.0.2.1/24 }
      # A file of the host, inline. Longer ones: hosts/gw/etc/…
      files:
        /etc/sysctl.d/50-router.conf: { text: "net.ipv4.ip_forward = 1\\n" }
      at: { x: -40, y: 90 }
    web:
      kind: app
      zone: app
      interfaces: { eth0: { zone: app, address: 10.0.2.21/24 } }
      gateway: 10.0.2.1
      packages: [shop-app]
      enable: [shop]
      at: { x: 15, y: 40 }
    desk:
      kind: bastion
      zone: app
      description: You are here
      interfaces: { eth0: { zone: app, address: 10.0.2.5/24 } }
      gateway: 10.0.2.1
      at: { x: 15, y: 130 }
    shoppers:
      kind: clients
      zone: internet
      interfaces: { eth0: { zone: internet, address: 203.0.113.10/24 } }
      gateway: 203.0.113.1
      packages: [loadgen]
      enable: [loadgen]
      at: { x: 15, y: 60 }
  links:
    - { from: shoppers, to: gw }
    - { from: gw, to: web }
    - { from: desk, to: web, kind: management }
  names: { shop.example: 10.0.2.21 }
  users: { student: { sudo: true } }
  traffic:
    shoppers: { host: shoppers, url: 'http://shop.example:8080/', rate: 5, timeout: 4s, connect-timeout: 3s }

pager:
  - { id: shop-down, from: shoppers, failing: 10s, title: 'ShopDown: the shop does not answer' }

# What happens. Each event may have a fault, and somebody may say something.
timeline:
  - id: somebody-tidies-up
    at: 30s
    hidden: true
    fault: { kind: command, host: web, run: systemctl disable --now shop }
deadline: 10min

# What the faults break: the proof looks for it.
breaks:
  - { kind: service-fails, from: shoppers, for: 10s }

objectives:
  - id: shop-answers
    kind: service-answers
    title: The shop answers
    detail: Every request, for 20 s
    why: The shop never answered for 20 seconds on end. Its service on web was not running.
    from: shoppers
    for: 20s
    once-broken: true
guards:
  - id: router-up
    kind: never
    title: The router stays up
    why: The router was not reachable any more. It had nothing to do with it.
    of: { kind: not, of: { kind: reachability, paths: ['desk -> gw:22 open'] } }
    for: 60s
# All objectives are met. Does it last?
tomorrow:
  id: survives-reboot
  title: It survives a reboot
  why: After the reboot the shop was gone again. It was started and not enabled.
  faults: [{ kind: reboot, host: web }]
  within: 90s
  expect: [{ kind: service-answers, from: shoppers, for: 15s }]

hints:
  - text: Ask systemd on web what became of the shop with \`systemctl status shop\`.
    highlight: [web]
  - text: "\`disabled\` means that it does not start at boot. Both need a repair: now, and at the next boot."
    highlight: [web]
  - text: Started is not enabled.
    when-typed: systemctl start shop

diagnosis:
  - id: cause
    text: Why did the shop stop?
    choices:
      - { id: disabled, text: Somebody stopped and disabled its service, right: true, why: systemd says inactive and disabled. }
      - { id: crash, text: It crashed, why: 'A crash would be "failed", and systemd would have started it again.' }
    evidence: ['systemctl status shop: inactive (dead), disabled']

solutions:
  - id: enable-now
    title: Start it and let it start at boot
    steps:
      - { wait: 60s }
      - { on: web, run: sudo systemctl enable --now shop }
  - id: in-two-steps
    title: Enable it, then start it
    steps:
      - { wait: 60s }
      - { on: web, run: sudo systemctl enable shop }
      - { on: web, run: sudo systemctl start shop }
wrong-turns:
  - id: only-start
    title: Start it and forget the next boot
    loses: survives-reboot
    says: It was started and not enabled
    steps:
      - { wait: 60s }
      - { on: web, run: sudo systemctl start shop }
  - id: reboot
    title: Reboot
    loses: shop-answers
    steps:
      - { wait: 60s }
      - { on: web, run: sudo reboot }
fails: { nothing: shop-answers, restart-all: survives-reboot, reboot-all: shop-answers }

debrief:
  mechanism: A disabled service is not started at boot. Starting it by hand helps until then.
  sources: ['systemctl(1) "enable", "start"']
`;
}

const BRIEF = `The shop has stopped answering.

It runs on \`web\`, as the service \`shop\`. Your terminal opens on \`desk\`; \`ssh web\` works from there, and \`sudo\` asks for no password.

1. Bring the shop back.
2. What you repair must survive a reboot.
`;
const DEBRIEF = `## What happened

Somebody tidied up and disabled the service. systemd stopped it and removed the link that starts it at boot.

## What to take home

*Started* and *enabled* are two things. \`systemctl status\` shows both.

Source: systemctl(1).
`;
