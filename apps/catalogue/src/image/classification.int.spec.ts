import { Database, databaseOptions, encodeInstant, serviceActor } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { atOnce, createTestDatabase, FixedClock, queryAs, uuidOf, type TestDatabase } from '@yiditong/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { decodeBill, encodeBillAnswer } from './classification.codec.js';
import { ClassificationService } from './classification.service.js';
import { ImageService } from './image.service.js';

const BEIJING = '110000';
const DRUG = 'XA01ABA001A002010100001';
const SERVICE = '001101000010000';
const HOSPITAL = 'H11010100001';
/** Noon of the 10th of February in Shanghai. */
const NOON = new Date('2026-02-10T04:00:00Z');

/** What a national item says in words, of which nothing decides here. */
const EMPTY = {
  dosage_form: '',
  specification: '',
  pack: '',
  unit: '',
  manufacturer: '',
  approval_number: '',
  core_name: '',
};

type Entry = { readonly code: string; readonly [column: string]: unknown };

let db: TestDatabase;
let ids = 0;

beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
});
beforeEach(async () => {
  await queryAs(db.superuserUrl, 'TRUNCATE catalogue_version, catalogue_entry, national_item, item_mapping');
});
afterAll(() => db.drop());

/** One of the processes of the service, with an image of its own. */
function replica(
  now = NOON,
  database = db.database,
): { images: ImageService; clock: FixedClock; classify: typeof classify } {
  const clock = new FixedClock(now);
  const images = new ImageService(database, clock);
  const service = new ClassificationService(images, database, clock);
  const classify = async (
    lines: readonly Partial<catalogueV1.FeeLine>[],
    change: Partial<catalogueV1.ClassifyLinesRequest> = {},
  ): Promise<catalogueV1.ClassifyLinesResponse> =>
    encodeBillAnswer(await service.classify(serviceActor('settlement', BEIJING), decodeBill(billOf(lines, change))));
  return { images, clock, classify };
}

/** One unit for 100 yuan on the 10th of February, unless said otherwise. */
function billOf(
  lines: readonly Partial<catalogueV1.FeeLine>[],
  change: Partial<catalogueV1.ClassifyLinesRequest>,
): catalogueV1.ClassifyLinesRequest {
  const usual: catalogueV1.FeeLine = {
    lineNumber: 1,
    nationalCode: DRUG,
    quantityE4: 10_000n,
    unitPriceMicroYuan: 100_000_000n,
    amountFen: 10_000n,
    occurredAt: encodeInstant(NOON),
    hospitalCode: '',
    approved: false,
  };
  return {
    province: BEIJING,
    lines: lines.map((line, index) => ({ ...usual, lineNumber: index + 1, ...line })),
    insurance: 'INSURANCE_UNSPECIFIED',
    personType: 'PERSON_TYPE_UNSPECIFIED',
    hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
    visitKind: 'VISIT_KIND_INPATIENT',
    institutionCode: HOSPITAL,
    ...change,
  };
}

const at = (instant: string): Pick<catalogueV1.FeeLine, 'occurredAt'> => ({
  occurredAt: encodeInstant(new Date(instant)),
});
const on = (date: string): Pick<catalogueV1.FeeLine, 'occurredAt'> => at(`${date}T04:00:00Z`);

/** Publishes by SQL what any replica might, and answers the version’s id. */
async function publish(effectiveFrom: string, entries: readonly Entry[], scope = BEIJING): Promise<string> {
  const versionId = uuidOf(++ids);
  await queryAs(
    db.superuserUrl,
    `INSERT INTO catalogue_version (province, version_id, sequence, effective_from, entry_count, added, changed, withdrawn, origin,
       published_at, proposal_id, digest)
     SELECT $1, $2, count(*) + 1, $3, $4, $4, 0, 0, 'MESSAGE', now(), $2, repeat('5e', 32) FROM catalogue_version WHERE province = $1`,
    [scope, versionId, effectiveFrom, entries.length],
  );
  const usual = {
    withdrawn: false,
    kind: 'WESTERN_DRUG',
    name: '某项目',
    charge_category: '09',
    ends_on: null,
    item_class: 'B',
    shares: share(1000),
    caps: [],
    over_cap_rule: null,
    restriction: null,
    origin: 'SYNTHETIC',
    ...EMPTY,
  };
  const table = scope === NATION ? 'national_item' : 'catalogue_entry';
  const rows = entries.map(({ code, ...said }) => ({ ...usual, national_code: code, provincial_code: code, ...said }));
  await queryAs(
    db.superuserUrl,
    `INSERT INTO ${table} SELECT said.* FROM catalogue_version AS v, json_array_elements($3::json) AS row,
       json_populate_record(NULL::${table}, (row::jsonb || jsonb_build_object('province', v.province, 'sequence', v.sequence,
         'effective_from', v.effective_from))::json) AS said
     WHERE v.province = $1 AND v.version_id = $2`,
    [scope, versionId, JSON.stringify(rows)],
  );
  return versionId;
}

function share(bps: number): object[] {
  return [{ insurance: null, personType: null, bps }];
}

async function map(itemCode: string, effectiveFrom: string, nationalCode: string | null, revision = 1): Promise<void> {
  await queryAs(
    db.superuserUrl,
    `INSERT INTO item_mapping (province, institution_code, item_code, effective_from, revision, item_name, national_code, decider_kind,
       decided_by, decided_at, score_bps, evidence, remark)
     VALUES ($1, $2, $3, $4, $6, '某项目', $5, 'CLERK', 'clerk', now(), 10000, '[]', '')`,
    [BEIJING, HOSPITAL, itemCode, effectiveFrom, nationalCode, revision],
  );
}

describe('a stay', () => {
  it('that crosses effective dates takes for each fee what is in force on its own day in Shanghai', async () => {
    const january = await publish('2026-01-01', [{ code: DRUG, shares: share(1000) }]);
    const february = await publish('2026-02-01', [{ code: DRUG, shares: share(3000) }]);
    await publish('2026-03-01', [{ code: DRUG, shares: share(9000) }]);
    const { classify } = replica(new Date('2026-02-28T16:30:00Z'));
    const answer = await classify([
      at('2026-01-31T16:00:00Z'),
      at('2026-01-31T15:59:59.999Z'),
      at('2026-02-28T15:59:59Z'),
    ]);
    expect(
      answer.lines.map(({ lineNumber, split, versionSequence }) => [lineNumber, split?.inScopeFen, versionSequence]),
    ).toEqual([
      [1, 7_000n, 2],
      [2, 9_000n, 1],
      [3, 7_000n, 2],
    ]);
    expect(answer).toMatchObject({ versionIds: [january, february], versionSequences: [1, 2] });
  });

  it('names the version in force, and the one that the entry is from', async () => {
    await publish('2026-01-01', [
      {
        code: DRUG,
        provincial_code: '京药1',
        caps: [{ hospitalLevel: null, microYuan: '60000000' }],
        over_cap_rule: 'EXCESS',
      },
    ]);
    await publish('2026-02-01', [{ code: SERVICE }]);
    const { lines, nationalVersionId } = await replica().classify([{}, { nationalCode: 'X' }]);
    expect(lines).toEqual([
      {
        lineNumber: 1,
        itemClass: 'ITEM_CLASS_B',
        chargeCategory: '09',
        firstSelfPayBps: 1000,
        split: { fullSelfPayFen: 0n, overCeilingFen: 4_000n, firstSelfPayFen: 600n, inScopeFen: 5_400n },
        listed: true,
        rule: 'LINE_RULE_ENTRY',
        versionSequence: 2,
        entrySequence: 1,
        provincialCode: '京药1',
        nationalCode: '',
        capMicroYuan: 60_000_000n,
      },
      {
        lineNumber: 2,
        itemClass: 'ITEM_CLASS_C',
        chargeCategory: '14',
        firstSelfPayBps: 10_000,
        split: { fullSelfPayFen: 10_000n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 0n },
        listed: false,
        rule: 'LINE_RULE_UNLISTED',
        versionSequence: 2,
        entrySequence: 0,
        provincialCode: '',
        nationalCode: '',
        capMicroYuan: 0n,
      },
    ]);
    expect(nationalVersionId).toBe('');
  });

  it('finds nothing of what was withdrawn, has ended, or is listed by a later version only', async () => {
    await publish('2026-01-01', [{ code: DRUG, ends_on: '2026-01-20' }, { code: SERVICE }]);
    await publish('2026-02-01', [{ code: SERVICE, withdrawn: true }, { code: '001101000020000' }]);
    const { lines } = await replica().classify([
      on('2026-01-20'),
      on('2026-01-21'),
      { ...on('2026-01-31'), nationalCode: SERVICE },
      { ...on('2026-02-01'), nationalCode: SERVICE },
      { ...on('2026-01-31'), nationalCode: '001101000020000' },
      { ...on('2026-02-01'), nationalCode: '001101000020000' },
    ]);
    expect(lines.map(({ listed }) => listed)).toEqual([true, false, true, false, false, true]);
  });

  it('meets a restriction by level, visit and the hospital’s word only', async () => {
    const restriction = {
      needsApproval: true,
      text: '限重症',
      minimumLevel: 'SECONDARY',
      visitKinds: ['INPATIENT'],
      insurances: [],
    };
    await publish('2026-01-01', [{ code: DRUG, restriction }]);
    const { classify } = replica();
    const rules = async (change: Partial<catalogueV1.ClassifyLinesRequest>): Promise<string[]> =>
      (await classify([{ approved: true }, {}], change)).lines.map(({ rule }) => rule.replace('LINE_RULE_', ''));
    expect(await rules({})).toEqual(['ENTRY', 'RESTRICTED']);
    expect(await rules({ hospitalLevel: 'HOSPITAL_LEVEL_PRIMARY' })).toEqual(['RESTRICTED', 'RESTRICTED']);
    expect(await rules({ visitKind: 'VISIT_KIND_UNSPECIFIED' })).toEqual(['RESTRICTED', 'RESTRICTED']);
  });
});

describe('a fee from before the first version', () => {
  it('is refused, with the whole bill', async () => {
    await publish('2026-02-01', [{ code: DRUG }]);
    const early = replica().classify([on('2026-02-01'), on('2026-01-31')]);
    await expect(early).rejects.toMatchObject({ reason: 'CATALOGUE_NOT_PUBLISHED', params: { region: BEIJING } });
  });

  it('is refused until a first version is published for its day, wherever that was', async () => {
    const { images, classify } = replica();
    await publish('2026-01-01', [{ code: DRUG }], '610000');
    await images.reread();
    await expect(classify([{}])).rejects.toMatchObject({ reason: 'CATALOGUE_NOT_PUBLISHED' });
    const versionId = await publish('2026-01-01', [{ code: DRUG }]);
    expect((await classify([{}])).versionIds).toEqual([versionId]);
  });
});

describe('a fee in the future', () => {
  it('is refused, since what is published until then may say something else', async () => {
    await publish('2026-01-01', [{ code: DRUG }]);
    const beforeMidnight = replica(new Date('2026-02-10T15:49:59Z'));
    await expect(beforeMidnight.classify([{}, on('2026-02-11')])).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
    });
    const clocksMayDiffer = replica(new Date('2026-02-10T15:50:00Z'));
    expect((await clocksMayDiffer.classify([on('2026-02-11')])).lines).toHaveLength(1);
    await expect(clocksMayDiffer.classify([on('2026-02-12')])).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
  });
});

describe('the nation’s catalogue', () => {
  it('says which codes there are, from its first version on, and the charge category where the entry has none', async () => {
    await publish('2026-01-01', [{ code: DRUG, charge_category: null }, { code: SERVICE }]);
    const nation = await publish('2026-02-01', [{ code: DRUG, charge_category: '11', ends_on: '2026-02-14' }], NATION);
    const { lines, nationalVersionId } = await replica(new Date('2026-02-15T04:00:00Z')).classify([
      { ...on('2026-01-31'), nationalCode: SERVICE },
      { ...on('2026-02-01'), nationalCode: SERVICE },
      on('2026-01-31'),
      on('2026-02-14'),
      on('2026-02-15'),
      { nationalCode: '' },
    ]);
    expect(lines.map(({ rule, chargeCategory, listed }) => [rule, chargeCategory, listed])).toEqual([
      ['LINE_RULE_ENTRY', '09', true],
      ['LINE_RULE_NO_NATIONAL_ITEM', '14', false],
      ['LINE_RULE_ENTRY', '14', true],
      ['LINE_RULE_ENTRY', '11', true],
      ['LINE_RULE_NO_NATIONAL_ITEM', '14', false],
      ['LINE_RULE_NO_NATIONAL_ITEM', '14', false],
    ]);
    expect(nationalVersionId).toBe(nation);
  });
});

describe('a hospital’s own code', () => {
  it('is what its mapping says on the fee’s own day', async () => {
    await publish('2026-01-01', [{ code: DRUG }, { code: SERVICE }]);
    await map('A1', '2026-01-10', DRUG);
    await map('A1', '2026-02-01', SERVICE, 2);
    await map('A1', '2026-02-05', null, 3);
    await map('B2', '2026-01-01', SERVICE);
    const own = (hospitalCode: string, date: string): Partial<catalogueV1.FeeLine> => ({
      ...on(date),
      nationalCode: '',
      hospitalCode,
    });
    const { lines } = await replica().classify([
      own('A1', '2026-01-09'),
      own('A1', '2026-01-31'),
      own('A1', '2026-02-04'),
      own('A1', '2026-02-05'),
      own('B2', '2026-02-05'),
      own('C3', '2026-02-05'),
      { hospitalCode: 'B2' },
    ]);
    expect(lines.map(({ nationalCode }) => nationalCode)).toEqual(['', DRUG, SERVICE, '', SERVICE, '', '']);
    expect(lines.map(({ rule }) => rule === 'LINE_RULE_ENTRY')).toEqual([false, true, true, false, true, false, true]);
  });

  it('is nobody else’s', async () => {
    await publish('2026-01-01', [{ code: DRUG }]);
    await map('A1', '2026-01-01', DRUG);
    const { lines } = await replica().classify([{ nationalCode: '', hospitalCode: 'A1' }], {
      institutionCode: 'H11010100002',
    });
    expect(lines[0]?.rule).toBe('LINE_RULE_NO_NATIONAL_ITEM');
  });
});

describe('an image', () => {
  /** Ten minutes before midnight in Shanghai, which is as late as a version for the next day is published. */
  const LAST_CALL = new Date('2026-02-10T15:50:00Z');
  const TOMORROW = at('2026-02-10T16:00:00Z');

  it('has what another replica published before it takes effect', async () => {
    const nation = await publish('2026-01-01', [{ code: DRUG }], NATION);
    await publish('2026-01-01', [{ code: DRUG, shares: share(1000) }]);
    const { images, clock, classify } = replica(new Date('2026-02-10T15:49:00Z'));
    expect((await classify([{}])).nationalVersionId).toBe(nation);
    await publish('2026-02-11', [{ code: DRUG, shares: share(3000) }]);
    // Known from then on, without anybody asking for it.
    await images.reread();
    expect(images.sequenceOf(BEIJING)).toBe(2);
    clock.moveTo(new Date('2026-02-10T16:00:00Z'));
    const { lines } = await classify([{}, TOMORROW]);
    expect(lines.map(({ split }) => split?.inScopeFen)).toEqual([9_000n, 7_000n]);
    expect(lines[1]?.versionSequence).toBe(2);
  });

  it('is read again where it is older than a version of the fee’s day may be, and only there', async () => {
    await publish('2026-01-01', [{ code: DRUG }], NATION);
    await publish('2026-01-01', [{ code: DRUG, shares: share(1000) }]);
    const { images, clock, classify } = replica(LAST_CALL);
    await images.reread();
    await publish('2026-02-11', [{ code: DRUG, shares: share(3000) }]);
    clock.moveTo(new Date('2026-02-10T16:00:00Z'));
    await classify([{}]);
    expect(images.sequenceOf(BEIJING)).toBe(1);
    const answers = await atOnce(20, () => classify([TOMORROW]));
    expect(answers.map(({ lines }) => lines[0]?.split?.inScopeFen)).toEqual(Array<bigint>(20).fill(7_000n));
  });

  it('is used for no day that it may lack a version of, where it can’t be read again', async () => {
    await publish('2026-01-01', [{ code: DRUG }], NATION);
    await publish('2026-01-01', [{ code: DRUG }]);
    const options = databaseOptions('catalogue', db.appUrl);
    const impatient = { ...options.extra, options: '-c lock_timeout=200' };
    const dataSource = await new DataSource({ ...options, extra: impatient }).initialize();
    const publisher = db.database.dataSource.createQueryRunner();
    try {
      const { images, classify } = replica(LAST_CALL, new Database(dataSource));
      await images.reread();
      await publisher.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('catalogue:${BEIJING}', 0))`);
      await expect(classify([TOMORROW])).rejects.toMatchObject({ reason: 'SERVICE_UNAVAILABLE' });
      expect((await classify([{}])).lines[0]?.listed).toBe(true);
      await publisher.query('COMMIT');
      expect((await classify([TOMORROW])).lines[0]?.listed).toBe(true);
    } finally {
      await publisher.release();
      await dataSource.destroy();
    }
  });

  it('takes in a long version in pieces, counts it when it is whole, and goes on where it was interrupted', async () => {
    const codeOf = (n: number): string => `XA01ABA001A00201010${String(n).padStart(4, '0')}`;
    const entriesWith = (bps: number): Entry[] =>
      Array.from({ length: 2_500 }, (_, n) => ({ code: codeOf(n), shares: share(bps) }));
    await publish('2026-01-01', entriesWith(1000));
    const failing = new FailingDatabase(db.database.dataSource);
    const { images, classify } = replica(NOON, failing);
    await images.reread();
    const standing = await publish('2026-02-01', entriesWith(3000));
    failing.after(1);
    await expect(images.reread()).rejects.toThrow('broken');
    expect(images.sequenceOf(BEIJING)).toBe(1);
    await images.reread();
    const lines = Array.from({ length: 2_500 }, (_, n) => ({ nationalCode: codeOf(n) }));
    const answer = await classify(lines);
    expect(answer.versionIds).toEqual([standing]);
    expect(answer.lines.filter(({ firstSelfPayBps }) => firstSelfPayBps === 3000)).toHaveLength(2_500);
  });

  it('reads first what a call waits for, and is ready when it was read whole', async () => {
    await publish('2026-01-01', [{ code: DRUG }], NATION);
    for (const province of ['120000', '650000']) await publish('2026-01-01', [{ code: DRUG }], province);
    const held = new HeldDatabase(db.database.dataSource, '120000');
    const { images, classify } = replica(NOON, held);
    const { lines } = await classify([{}], { province: '650000' });
    expect(lines[0]?.listed).toBe(true);
    expect(images.isReady).toBe(false);
    held.release();
    await images.reread();
    expect(images.isReady).toBe(true);
    expect((await classify([{}], { province: '120000' })).lines[0]?.listed).toBe(true);
  });

  it('follows the database in the background, until the service stops', async () => {
    await publish('2026-01-01', [{ code: DRUG }]);
    const { images } = replica();
    images.onApplicationBootstrap();
    await expect.poll(() => images.sequenceOf(BEIJING)).toBe(1);
    await publish('2026-03-01', [{ code: DRUG }]);
    images.refreshSoon();
    await expect.poll(() => images.sequenceOf(BEIJING)).toBe(2);
    await images.beforeApplicationShutdown();
  });
});

/** Fails once after so many reads. */
class FailingDatabase extends Database {
  private left = Infinity;

  after(reads: number): void {
    this.left = reads;
  }

  override async readAtOnce(...read: Parameters<Database['readAtOnce']>): Promise<unknown[][]> {
    if (this.left-- === 0) throw new Error('broken');
    return super.readAtOnce(...read);
  }
}

/** Reads nothing of one catalogue until it is released. */
class HeldDatabase extends Database {
  release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  constructor(
    dataSource: DataSource,
    private readonly scope: string,
  ) {
    super(dataSource);
  }

  override async readAtOnce(...read: Parameters<Database['readAtOnce']>): Promise<unknown[][]> {
    const [, [statement]] = read;
    if (statement?.values?.[0] === this.scope) await this.released;
    return super.readAtOnce(...read);
  }
}
