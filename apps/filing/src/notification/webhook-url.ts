import { BlockList, isIP } from 'node:net';

/** Development takes http and this machine itself, so that a developer can be his own receiver. */
export const MODES = ['production', 'development'] as const;
export type Mode = (typeof MODES)[number];

const MOST_CHARACTERS = 500;
/** Without blanks and control characters, which URL parsers drop silently, and backslashes, which they take for slashes. */
const PLAIN = /^[^\s\p{C}\\#]+$/u;
/** Names that mean something in somebody's own network only (RFC 6761, 6762, 8375, 9476 and ICANN's .internal). */
const PRIVATE_NAMES = /(^|\.)(localhost|local|internal|home\.arpa|alt|onion|invalid|test)$/;

/** IANA's special-purpose addresses of IPv4: nothing in them is a receiver on the internet. 100.64/10 and 169.254/16 hold clouds' metadata. */
const NOT_PUBLIC_IPV4 = blocked('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]);
/** The whole of what is handed out of IPv6; private, link-local, multicast, mapped and translated addresses lie outside of it. */
const GLOBAL_IPV6 = blocked('ipv6', ['2000::/3']);
/** What in it is not for receivers: protocol assignments with Teredo, documentation, and 6to4, which hides an IPv4 address. */
const NOT_PUBLIC_IPV6 = blocked('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);
const LOOPBACK_IPV4 = blocked('ipv4', ['127.0.0.0/8']);

/**
 * The address that notifications may be sent to, in its one canonical spelling, or null: https, a name or a public address, no
 * account, no fragment, at most 500 characters. That a name may lead anywhere is left to the moment of sending.
 */
export function webhookUrlOf(text: string, mode: Mode): URL | null {
  if (text.length > MOST_CHARACTERS || !PLAIN.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const secure = url.protocol === 'https:' || (mode === 'development' && url.protocol === 'http:');
  if (!secure || url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?]*@/.test(text)) return null;
  return url.href.length <= MOST_CHARACTERS && isHostAllowed(url.hostname, mode) ? url : null;
}

/** Whether notifications may go to an address that a name led to. */
export function isAddressAllowed(address: string, mode: Mode): boolean {
  switch (isIP(address)) {
    case 4:
      return (
        !NOT_PUBLIC_IPV4.check(address, 'ipv4') || (mode === 'development' && LOOPBACK_IPV4.check(address, 'ipv4'))
      );
    case 6:
      if (mode === 'development' && address === '::1') return true;
      return GLOBAL_IPV6.check(address, 'ipv6') && !NOT_PUBLIC_IPV6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** A host as the URL parser spells it: lower case, IPv4 in its four decimal parts however it was written, IPv6 in brackets. */
export function isHostAllowed(hostname: string, mode: Mode): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (isIP(host) !== 0) return isAddressAllowed(host, mode);
  if (mode === 'development' && host === 'localhost') return true;
  // A name without a dot is looked up in the own network's domain.
  return host.includes('.') && !PRIVATE_NAMES.test(host);
}

function blocked(family: 'ipv4' | 'ipv6', networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}
