-- For Prosody 0.12 or later. Append this to /etc/prosody/prosody.cfg.lua (or put it into conf.d/),
-- below the VirtualHost of your users, and run  prosodyctl reload  (the first component: restart).
--
-- One block a transport. The domain is that of the transport, the secret what `xmpp.secret` points to: at least 8
-- characters;  openssl rand -hex 32  makes a good one. Prosody listens for components on
-- 127.0.0.1:5347 (component_ports, component_interfaces in the global section).

Component "sms.example.org"
  component_secret = "the content of secrets/xmpp"
  -- With a second Postern that stands by: the one that takes over must get the domain although the
  -- connection of the other, which hangs or is cut off, is still there. They never fight for it.
  component_conflict_resolve = "kick_old"

Component "mail.example.org"
  component_secret = "the content of secrets/xmpp"
  component_conflict_resolve = "kick_old"

Component "irc.example.org"
  component_secret = "the content of secrets/xmpp"
  component_conflict_resolve = "kick_old"
