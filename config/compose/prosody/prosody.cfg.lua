-- Prosody in docker-compose.yml. Clients reach it from this machine only, so they may come without
-- TLS; before you let others in, give it certificates and drop the two lines that allow that.
pidfile = "/tmp/prosody.pid"
log = { { levels = { min = "info" }, to = "console" } }
interfaces = { "*" }
component_interfaces = { "*" }
modules_enabled = { "roster", "saslauth", "tls", "disco", "ping", "uptime", "carbons", "blocklist" }
modules_disabled = { "s2s" }
authentication = "internal_hashed"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true

VirtualHost "localhost"

Component "sms.localhost"
  component_secret = ENV_XMPP_SECRET
