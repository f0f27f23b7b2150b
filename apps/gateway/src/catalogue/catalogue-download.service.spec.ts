import type { Actor, RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import {
  CatalogueDownloadService,
  downloadOf,
  provinceAsked,
  type Asked,
  type Download,
} from './catalogue-download.service.js';

const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001' };
const OPERATOR: Actor = { role: 'operator', region: '000000', subject: 'o', rank: 'clerk' };
const PUBLISHED = { seconds: 0n, nanos: 0 };

type Question = Pick<catalogueV1.ListItemChangesRequest, 'span' | 'kind' | 'after' | 'limit'>;

/** A catalogue whose newest version grows with every page that is asked for, as if somebody published all the time. */
function busyCatalogue(codes: Readonly<Record<string, readonly string[]>>) {
  const asked: Question[] = [];
  let newest = 7;
  const call = (_: string, request: Question): Promise<catalogueV1.ListItemChangesResponse> => {
    asked.push(request);
    const upToSequence = request.span?.upToSequence || newest;
    newest += 1;
    const all = codes[request.kind] ?? [];
    const page = all.filter((code) => code > request.after).slice(0, request.limit);
    const more = page.length > 0 && page.at(-1) !== all.at(-1);
    return Promise.resolve({
      changes: page.map((nationalCode) => ({
        sequence: 1,
        item: itemOf(nationalCode),
        withdrawn: false,
        publishedAt: PUBLISHED,
      })),
      nextAfter: more ? (page.at(-1) ?? '') : '',
      span: { sinceSequence: 0, upToSequence },
      total: all.length,
    });
  };
  const client = { call } as unknown as RpcClient<catalogueV1.CatalogueItemServiceClient>;
  return { service: new CatalogueDownloadService(client), asked };
}

async function readAll(service: CatalogueDownloadService, download: Download, limit: number) {
  const asked: Asked = { province: '000000', since: 0, upTo: 0, after: '', limit };
  const pages = [await service.pageOf(HOSPITAL, download, asked)];
  for (let after = pages[0]?.nextAfter ?? ''; after !== ''; after = pages.at(-1)?.nextAfter ?? '')
    pages.push(await service.pageOf(HOSPITAL, download, { ...asked, after }));
  return pages;
}

describe('a download in pages', () => {
  const WESTERN = ['XA1', 'XA2', 'XA3'];
  const PATENT = ['ZA1', 'ZA2'];
  const codes = { ITEM_KIND_WESTERN_DRUG: WESTERN, ITEM_KIND_PATENT_MEDICINE: PATENT };

  it.each([1, 2, 3, 100])('of two kinds has each item once, %d at a time, all of one span', async (limit) => {
    const { service } = busyCatalogue(codes);
    const pages = await readAll(service, downloadOf('1301'), limit);
    expect(pages.flatMap(({ rows }) => rows.map(([code]) => code))).toEqual([...WESTERN, ...PATENT]);
    expect(new Set(pages.map(({ upTo, total }) => `${upTo} ${total}`))).toEqual(new Set(['7 5']));
  });

  it('of a kind that has nothing is one page that says the version', async () => {
    const { service } = busyCatalogue(codes);
    expect(await readAll(service, downloadOf('1302'), 10)).toEqual([{ rows: [], upTo: 7, total: 0, nextAfter: '' }]);
  });

  it('of 民族药 says the version and nothing else', async () => {
    const { service } = busyCatalogue(codes);
    expect(await readAll(service, downloadOf('1304'), 10)).toEqual([{ rows: [], upTo: 7, total: 0, nextAfter: '' }]);
  });
});

describe('whose catalogue', () => {
  it.each<[string, Actor, Download, string | undefined, string]>([
    ['the nation’s for items', HOSPITAL, downloadOf('1301'), '310000', '000000'],
    ['the own province’s for entries', HOSPITAL, downloadOf('1312'), undefined, '110000'],
    ['another’s where it is named', HOSPITAL, downloadOf('1312'), '310000', '310000'],
  ])('%s', (_, actor, download, named, province) => expect(provinceAsked(actor, download, named)).toBe(province));

  it('has to be named by the operator', () => {
    expect(() => provinceAsked(OPERATOR, downloadOf('1318'), undefined)).toThrow(Rejection);
  });
});

function itemOf(nationalCode: string): catalogueV1.NationalItem {
  return {
    nationalCode,
    kind: 'ITEM_KIND_WESTERN_DRUG',
    name: nationalCode,
    dosageForm: '',
    specification: '',
    pack: '',
    unit: '',
    manufacturer: '',
    approvalNumber: '',
    chargeCategory: '',
    referencePriceMicroYuan: 0n,
    origin: 'ITEM_ORIGIN_PUBLISHED',
    effectiveFrom: '2026-01-01',
    endsOn: '',
  };
}
