import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VISIT_KINDS, type HospitalLevel, type Insurance, type ItemClass, type VisitKind } from '@yiditong/codes';
import { FOUNDING_RULES } from '@yiditong/eligibility';

/** Where a figure comes from; D is assumed for the demonstration. */
export type Trust = 'A' | 'B' | 'C' | 'D';

/** A benefit policy as it is published: the document's text, and what the generator must know of it. */
export type SamplePolicy = {
  readonly region: string;
  readonly insurance: Insurance;
  readonly visitKinds: readonly VisitKind[];
  /** As docs/policy-format.md describes it. */
  readonly documentJson: string;
};

export type SampleCatalogueEntry = {
  readonly nationalCode: string;
  readonly name: string;
  readonly itemClass: ItemClass;
  readonly firstSelfPayBps: number;
  readonly ceilingYuan: string | null;
  /** One of the fourteen categories, 01 to 14. */
  readonly chargeCategory: string;
  readonly source: string;
  readonly trust: Trust;
};

export type SampleCatalogue = {
  readonly province: string;
  readonly effectiveFrom: string;
  readonly source: string;
  readonly entries: readonly SampleCatalogueEntry[];
};

export type SampleInstitution = {
  readonly institutionCode: string;
  readonly name: string;
  readonly region: string;
  readonly level: HospitalLevel;
  readonly networked: boolean;
  /** 开通的跨省结算业务, and the classes of chronic diseases among it. */
  readonly visitKinds: readonly VisitKind[];
  readonly diseaseClasses: readonly string[];
};

export type ProvinceWeight = { readonly province: string; readonly weight: number };

export type SampleFlows = {
  readonly source: string;
  readonly trust: Trust;
  readonly treating: readonly ProvinceWeight[];
  readonly insured: readonly ProvinceWeight[];
  /** Settlements of a year and their means; amounts are integer fen and small enough to be JSON numbers. */
  readonly visits: readonly {
    readonly kind: VisitKind;
    readonly settlements: number;
    readonly meanFundFen: number;
    readonly fundShareBps: number;
    readonly meanFeeFen: number;
    readonly source: string;
    readonly trust: Trust;
  }[];
};

/** What an item usually costs and on which bills it stands; prices are assumed, no catalogue lists them. */
export type SamplePrice = {
  readonly nationalCode: string;
  readonly unitPriceYuan: string;
  readonly chargeCategory: string;
  /** The most units on one line. */
  readonly most: number;
  /** Charged for every day of a stay. */
  readonly daily: boolean;
  readonly visits: readonly VisitKind[];
  /** The chronic diseases it treats. */
  readonly diseases: readonly string[];
};

export type SamplePrices = {
  readonly source: string;
  readonly trust: Trust;
  readonly items: readonly SamplePrice[];
  /** Well-formed codes that stand in no catalogue. */
  readonly unlisted: readonly SamplePrice[];
};

/** A hospital's own items, as the file that it uploads. */
export type SampleItemList = { readonly institutionCode: string; readonly effectiveFrom: string; readonly csv: string };

export type Sample = {
  readonly policies: readonly SamplePolicy[];
  /** The nation's items, as the file that its operator uploads: what is real in it is said in every row. */
  readonly nationalItems: { readonly effectiveFrom: string; readonly csv: string };
  readonly itemLists: readonly SampleItemList[];
  readonly catalogues: readonly SampleCatalogue[];
  readonly institutions: readonly SampleInstitution[];
  readonly flows: SampleFlows;
  readonly prices: SamplePrices;
};

/** Like the provinces' catalogues: earlier than any fee of the sample. */
const CATALOGUES_FROM = '2022-01-01';

/** Reads the sample that ships with the repository. */
export function loadSample(): Sample {
  const folder = sampleFolder();
  return {
    policies: documentsIn(join(folder, 'policies')).map(policyOf),
    nationalItems: { effectiveFrom: CATALOGUES_FROM, csv: readFileSync(join(folder, 'national-items.csv'), 'utf8') },
    itemLists: itemListsIn(join(folder, 'hospital-items')),
    catalogues: documentsIn(join(folder, 'catalogues')).map((text) => JSON.parse(text) as SampleCatalogue),
    institutions: institutionsIn(join(folder, 'institutions.json')),
    flows: JSON.parse(readFileSync(join(folder, 'flows.json'), 'utf8')) as SampleFlows,
    prices: JSON.parse(readFileSync(join(folder, 'prices.json'), 'utf8')) as SamplePrices,
  };
}

/** A networked institution settles everything that is opened, unless the sample says otherwise. */
function institutionsIn(file: string): SampleInstitution[] {
  const opened = FOUNDING_RULES.flatMap(({ content }) => (content.kind === 'OPENED_DISEASE' ? [content.class] : []));
  const all = JSON.parse(readFileSync(file, 'utf8')) as (Omit<SampleInstitution, 'visitKinds' | 'diseaseClasses'> &
    Partial<SampleInstitution>)[];
  return all.map((institution) => ({
    visitKinds: institution.networked ? VISIT_KINDS : [],
    diseaseClasses: institution.networked ? opened.toSorted() : [],
    ...institution,
  }));
}

function itemListsIn(folder: string): SampleItemList[] {
  return readdirSync(folder)
    .toSorted()
    .map((file) => ({
      institutionCode: file.replace(/\.csv$/, ''),
      effectiveFrom: CATALOGUES_FROM,
      csv: readFileSync(join(folder, file), 'utf8'),
    }));
}

function policyOf(documentJson: string): SamplePolicy {
  const document = JSON.parse(documentJson) as {
    region: string;
    insurance: Insurance;
    visits: Partial<Record<VisitKind, unknown>>;
  };
  return {
    region: document.region,
    insurance: document.insurance,
    visitKinds: Object.keys(document.visits) as VisitKind[],
    documentJson,
  };
}

/** Sorted by file name, so that the order does not depend on the file system. */
function documentsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => readFileSync(join(folder, file), 'utf8'));
}

/** The compiled program runs from dist/, while the documents stay beside the source; both lie below tools/. */
function sampleFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'demo', 'data', 'institutions.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the sample data are missing: tools/demo/data');
    folder = parent;
  }
  return join(folder, 'demo', 'data');
}
