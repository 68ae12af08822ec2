"""What an address says about where somebody comes from."""

import ipaddress

IPV4_PREFIX, IPV6_PREFIX = 24, 64

# Anybody has an address there: that two people have one says nothing of either.
_PROVIDERS = """
126.com 163.com aim.com aol.com bk.ru bluewin.ch comcast.net duck.com fastmail.com fastmail.fm
free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com
hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it icloud.com inbox.ru
laposte.net libero.it list.ru live.com live.fr live.nl mac.com mail.com mail.ru mailbox.org
me.com msn.com naver.com orange.fr outlook.com outlook.de outlook.es outlook.fr pm.me
posteo.de proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com seznam.cz
sina.com t-online.de tuta.com tuta.io tutanota.com uol.com.br wanadoo.fr web.de wp.pl
yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es
yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com
"""
FREE_MAIL = frozenset(_PROVIDERS.split())


def network_of(address: str | None) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one: mostly one office or one household.
    Empty for no address."""
    if not address:
        return ""
    parsed = ipaddress.ip_address(address)
    prefix = IPV4_PREFIX if parsed.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


def domain_of(email_key: str) -> str:
    """What comes after the @ of an address's key."""
    return email_key.rpartition("@")[2]
