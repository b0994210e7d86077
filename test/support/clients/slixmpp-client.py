"""A real XMPP client for tests: slixmpp, led by JSON lines on stdin, telling by JSON lines on stdout.

It answers pings and receipts as any client does. Every stanza that it receives is told before
slixmpp itself looks at it.
"""

import asyncio
import json
import sys
from xml.etree import ElementTree

import slixmpp
from slixmpp.exceptions import PresenceError

# Some versions of its plugins print what they debug: only what is told may stand in the output.
lines_out, sys.stdout = sys.stdout, sys.stderr


def tell(**what):
    print(json.dumps(what), file=lines_out, flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password):
        super().__init__(jid, password, plugin_config={"feature_mechanisms": {"unencrypted_plain": True}})
        for plugin in ("xep_0030", "xep_0045", "xep_0092", "xep_0115", "xep_0184", "xep_0199"):
            self.register_plugin(plugin)
        self.auto_authorize = True
        self.auto_subscribe = False
        self.tell_caps(self["xep_0115"])
        self.add_filter("in", self.told)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("failed_auth", lambda _: self.lost("refused the password"))
        self.add_event_handler("connection_failed", lambda why: self.lost(str(why)))
        self.add_event_handler("disconnected", lambda why: self.lost(str(why)))

    def told(self, stanza):
        tell(stanza=ElementTree.tostring(stanza.xml, encoding="unicode"))
        return stanza

    def tell_caps(self, plugin):
        """Whether slixmpp's own hash of the disco#info is the one that the presence claimed."""
        validate = plugin._validate_caps

        async def validated(info, algorithm, ver):
            valid = await validate(info, algorithm, ver)
            tell(caps=ver, valid=valid)
            return valid

        plugin._validate_caps = validated

    async def started(self, _):
        await self.get_roster()
        self.send_presence()
        tell(online=str(self.boundjid))

    def lost(self, why):
        tell(lost=why)
        sys.exit(1)

    async def join(self, room, nick, history):
        """What slixmpp makes of a room's answer: it has its own idea of the order."""
        try:
            own, subject, occupants, past = await self["xep_0045"].join_muc_wait(
                slixmpp.JID(room), nick, maxstanzas=history, timeout=30
            )
        except PresenceError as error:
            tell(joined=None, room=room, refused=error.condition)
            return
        tell(
            joined=own["from"].resource,
            room=room,
            occupants=[presence["muc"]["nick"] for presence in occupants],
            history=[message["body"] for message in past],
            subject=subject["subject"],
        )

    async def do(self, command):
        if command["do"] == "send":
            message = self.make_message(mto=command["to"], mbody=command["body"], mtype="chat")
            if "id" in command:
                message["id"] = command["id"]
            if command.get("receipt"):
                message["request_receipt"] = True
            message.send()
        elif command["do"] == "raw":
            self.send_raw(command["xml"])
        elif command["do"] == "join":
            asyncio.ensure_future(self.join(command["room"], command["nick"], command["history"]))
        elif command["do"] == "occupants":
            rooms = self["xep_0045"].rooms
            tell(occupants=sorted(rooms.get(command["room"], {})))


async def main():
    jid, host, port = sys.argv[1:]
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    password = json.loads(await lines.readline())
    client = Client(jid, password)
    client.connect((host, int(port)), disable_starttls=True, force_starttls=False)
    while line := await lines.readline():
        await client.do(json.loads(line))
    client.disconnect(wait=0)


if __name__ == "__main__":
    asyncio.get_event_loop().run_until_complete(main())
