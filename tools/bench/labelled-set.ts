import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ITEM_KINDS, type ItemKind } from '@yiditong/codes';
import type { NationalItem } from '@yiditong/harmonization';
import { parse } from 'csv-parse/sync';
import type { LabelledRow } from './in-memory-matching.js';

/** Found beside the sources, from which dist/bench is compiled too. */
const DIRECTORY = join(
  dirname(fileURLToPath(import.meta.url)).replace(/([/\\])dist([/\\])bench$/u, '$1bench'),
  'labelled',
);

type Row = Readonly<Record<string, string>>;

/** The hand-made set: a small national catalogue, and how hospitals write what is in it and what isn't. */
export function loadLabelledSet(): { readonly items: readonly NationalItem[]; readonly rows: readonly LabelledRow[] } {
  return { items: read('national.csv').map(itemOf), rows: read('hospital.csv').map(rowOf) };
}

function read(file: string): Row[] {
  return parse(readFileSync(join(DIRECTORY, file), 'utf8'), { columns: true });
}

function itemOf(row: Row): NationalItem {
  const kind = kindOf(row['kind']);
  if (kind === null) throw new Error(`a national item without a kind: ${row['national_code']}`);
  return {
    nationalCode: row['national_code'] ?? '',
    kind,
    ...described(row),
    referencePriceMicroYuan: microYuanOf(row['reference_price_yuan']),
  };
}

function rowOf(row: Row): LabelledRow {
  const own = {
    itemCode: row['item_code'] ?? '',
    kind: kindOf(row['kind']),
    ...described(row),
    priceMicroYuan: microYuanOf(row['price_yuan']),
    claimedNationalCode: row['national_code'] ?? '',
  };
  return { own, acceptable: (row['expected'] ?? '').split(' ').filter((code) => code !== '') };
}

function described(row: Row): Omit<NationalItem, 'nationalCode' | 'kind' | 'referencePriceMicroYuan'> {
  return {
    name: row['name'] ?? '',
    dosageForm: row['dosage_form'] ?? '',
    specification: row['specification'] ?? '',
    pack: row['pack'] ?? '',
    unit: row['unit'] ?? '',
    manufacturer: row['manufacturer'] ?? '',
    approvalNumber: row['approval_number'] ?? '',
  };
}

function kindOf(name: string | undefined): ItemKind | null {
  return ITEM_KINDS.find((kind) => kind === name) ?? null;
}

function microYuanOf(yuan: string | undefined): bigint | null {
  if (yuan === undefined || yuan === '') return null;
  const [whole = '0', fraction = ''] = yuan.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}
