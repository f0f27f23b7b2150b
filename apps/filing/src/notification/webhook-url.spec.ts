import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAddressAllowed, webhookUrlOf } from './webhook-url.js';

const LONG = `https://ybj.example.gov.cn/${'x'.repeat(500)}`;

describe('the address of a webhook', () => {
  it.each([
    ['https://ybj.example.gov.cn/notify', 'https://ybj.example.gov.cn/notify'],
    ['HTTPS://YBJ.Example.gov.cn:443/notify?of=filing', 'https://ybj.example.gov.cn/notify?of=filing'],
    ['https://ybj.example.gov.cn:8443', 'https://ybj.example.gov.cn:8443/'],
    ['https://ybj.example.gov.cn./notify', 'https://ybj.example.gov.cn./notify'],
    ['https://医保.example.cn/', 'https://xn--ruqw5f.example.cn/'],
    ['https://ybj.example.gov.cn/a@b', 'https://ybj.example.gov.cn/a@b'],
    ['https://203.119.25.1/', 'https://203.119.25.1/'],
    ['https://[2400:3200::1]/', 'https://[2400:3200::1]/'],
  ])('%s is taken', (text, canonical) => expect(webhookUrlOf(text, 'production')?.href).toBe(canonical));

  it.each([
    ['nothing', ''],
    ['no address', 'ybj.example.gov.cn'],
    ['another scheme', 'ftp://ybj.example.gov.cn/'],
    ['code', 'javascript:alert(1)'],
    ['a file', 'file:///etc/passwd'],
    ['no encryption', 'http://ybj.example.gov.cn/'],
    ['an account', 'https://user:secret@ybj.example.gov.cn/'],
    ['a name of an account', 'https://user@ybj.example.gov.cn/'],
    ['an account without a name', 'https://@ybj.example.gov.cn/'],
    ['an account that looks like the host', 'https://ybj.example.gov.cn@10.0.0.1/'],
    ['a fragment', 'https://ybj.example.gov.cn/#here'],
    ['an empty fragment', 'https://ybj.example.gov.cn/#'],
    ['too many characters', LONG],
    ['too many characters once they are escaped', `https://ybj.example.gov.cn/${'保'.repeat(100)}`],
    ['a blank', 'https://ybj.example.gov.cn/ a'],
    ['a line break that the parser would drop', 'https://127.0.\n0.1/'],
    ['a tab that the parser would drop', 'ht\ttps://ybj.example.gov.cn/'],
    ['an invisible character', 'https://ybj.example.gov.cn/\u200b'],
    ['backslashes', 'https:\\\\ybj.example.gov.cn\\'],
    ['this machine', 'https://localhost/'],
    ['this machine with a dot', 'https://localhost./'],
    ['this machine in capitals', 'https://LOCALHOST/'],
    ['a name below this machine', 'https://a.localhost/'],
    ['a name of the local network', 'https://printer.local/'],
    ['a name of the local network with a dot', 'https://printer.local./'],
    ['a cloud’s metadata by name', 'https://metadata.google.internal/'],
    ['a name of a home', 'https://nas.home.arpa/'],
    ['a name without a domain', 'https://intranet/'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback elsewhere in its range', 'https://127.255.3.4/'],
    ['loopback as one decimal number', 'https://2130706433/'],
    ['loopback as one hexadecimal number', 'https://0x7f000001/'],
    ['loopback in octal parts', 'https://0177.0.0.01/'],
    ['loopback in hexadecimal parts', 'https://0x7f.0.0.0x1/'],
    ['loopback shortened', 'https://127.1/'],
    ['loopback with a dot', 'https://127.0.0.1./'],
    ['loopback in full-width digits', 'https://１２７．０．０．１/'],
    ['loopback with ideographic dots', 'https://127。0。0。1/'],
    ['loopback escaped', 'https://%31%32%37.0.0.1/'],
    ['this network', 'https://0.0.0.0/'],
    ['this network as nothing but zero', 'https://0/'],
    ['a private network of class A', 'https://10.1.2.3/'],
    ['a private network of class B', 'https://172.16.0.1/'],
    ['a private network of class B at its end', 'https://172.31.255.254/'],
    ['a private network of class C', 'https://192.168.1.1/'],
    ['a carrier’s network, a cloud’s metadata among it', 'https://100.100.100.200/'],
    ['link-local, a cloud’s metadata among it', 'https://169.254.169.254/'],
    ['link-local in octal', 'https://0251.0376.0251.0376/'],
    ['documentation', 'https://203.0.113.7/'],
    ['benchmarks', 'https://198.18.0.1/'],
    ['multicast', 'https://224.0.0.1/'],
    ['broadcast', 'https://255.255.255.255/'],
    ['an address that is none', 'https://256.1.1.1/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['IPv6 loopback at length', 'https://[0:0:0:0:0:0:0:1]/'],
    ['IPv6 nothing', 'https://[::]/'],
    ['IPv6 link-local', 'https://[fe80::1]/'],
    ['IPv6 unique local', 'https://[fd00:ec2::254]/'],
    ['IPv6 multicast', 'https://[ff02::1]/'],
    ['IPv6 with a loopback inside', 'https://[::ffff:127.0.0.1]/'],
    ['IPv6 with a loopback inside, in hexadecimal', 'https://[::ffff:7f00:1]/'],
    ['IPv6 with a public address inside', 'https://[::ffff:203.119.25.1]/'],
    ['IPv6 compatible with a loopback', 'https://[::127.0.0.1]/'],
    ['IPv6 that is translated to loopback', 'https://[64:ff9b::7f00:1]/'],
    ['IPv6 that tunnels to loopback', 'https://[2002:7f00:1::]/'],
    ['IPv6 of Teredo', 'https://[2001:0:7f00:1::]/'],
    ['IPv6 documentation', 'https://[2001:db8::1]/'],
    ['IPv6 with a zone', 'https://[fe80::1%25eth0]/'],
  ])('is not %s', (_what, text) => expect(webhookUrlOf(text, 'production')).toBeNull());

  it.each([
    ['http://127.0.0.1:4000/hook', true],
    ['http://localhost:4000/hook', true],
    ['http://[::1]:4000/hook', true],
    ['https://ybj.example.gov.cn/', true],
    ['http://ybj.example.gov.cn/', true],
    ['http://10.0.0.1/', false],
    ['http://169.254.169.254/latest/meta-data', false],
    ['http://[::ffff:127.0.0.1]/', false],
    ['http://user@localhost/', false],
    ['http://intranet/', false],
  ])('in development, %s is %s', (text, taken) => expect(webhookUrlOf(text, 'development') !== null).toBe(taken));

  it('never has a private IPv4 address, however that is written', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const spelled = fc.constantFrom(
      (n: number) => String(n),
      (n: number) => `0x${n.toString(16)}`,
      (n: number) => `0${n.toString(8)}`,
    );
    fc.assert(
      fc.property(octet, octet, octet, spelled, spelled, spelled, (b, c, d, one, two, three) => {
        for (const host of [
          `10.${one(b)}.${two(c)}.${three(d)}`,
          `0x${((10 << 24) + (b << 16) + (c << 8) + d).toString(16)}`,
        ])
          expect(webhookUrlOf(`https://${host}/`, 'production')).toBeNull();
      }),
    );
  });
});

describe('an address that a name led to', () => {
  it.each([
    ['203.119.25.1', true],
    ['1.1.1.1', true],
    ['2400:3200::1', true],
    ['172.15.255.255', true],
    ['172.32.0.0', true],
    ['100.63.255.255', true],
    ['127.0.0.1', false],
    ['10.0.0.1', false],
    ['::1', false],
    ['::ffff:10.0.0.1', false],
    ['fe80::1%eth0', false],
    ['2001:200::1', true],
    ['2001:1ff:ffff::1', false],
    ['4000::1', false],
    ['nonsense', false],
    ['', false],
  ])('%s is allowed: %s', (address, allowed) => expect(isAddressAllowed(address, 'production')).toBe(allowed));
});
