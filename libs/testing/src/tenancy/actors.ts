import type { Actor } from '@yiditong/access';
import { nationalActor, serviceActor } from '@yiditong/chassis';
import { PROVINCES } from '@yiditong/codes';
import type { Subject } from './subject.js';
import { provincesOf, textOf, type Acting } from './tenant-table.js';

/** The province in which pooling areas, persons and hospitals are tried on each other. */
const HOME = '130000';
const EACH_KIND = 3;

/** Every province, the nation, and pooling areas, persons and hospitals of one province as the rows name them. */
export function everybody(subjects: readonly Subject[]): Actor[] {
  return [...PROVINCES.map(({ code }) => serviceActor('proof', code)), nationalActor('proof'), ...partsOf(subjects)];
}

/** One of each kind: enough to find out a table that is not secured. */
export function someOfThem(subjects: readonly Subject[]): Actor[] {
  const parts = partsOf(subjects);
  const firstOf = (role: Actor['role']): Actor[] => parts.filter((actor) => actor.role === role).slice(0, 1);
  return [serviceActor('proof', HOME), ...firstOf('bureau'), ...firstOf('insured'), ...firstOf('hospital')];
}

function partsOf(subjects: readonly Subject[]): Actor[] {
  const account = { region: HOME, subject: 'proof' };
  return [
    ...named(subjects, ({ table }) => table.tenancy.areas ?? [], HOME.slice(0, 2)).map((area): Actor => ({
      ...account,
      role: 'bureau',
      rank: 'clerk',
      area,
    })),
    ...named(subjects, ({ table }) => [table.tenancy.person]).map((person): Actor => ({
      ...account,
      role: 'insured',
      person,
    })),
    ...named(subjects, ({ table }) => [table.tenancy.institution]).map((institution): Actor => ({
      ...account,
      role: 'hospital',
      institution,
    })),
  ];
}

/** What the first rows of the province in each table have in these columns. */
function named(
  subjects: readonly Subject[],
  columnsOf: (subject: Subject) => readonly (string | undefined)[],
  prefix = '',
): string[] {
  const values = subjects.flatMap((subject) => {
    const rows = subject.rows.filter((row) => provincesOf(subject.table.tenancy, row).includes(HOME));
    const columns = columnsOf(subject).filter((column) => column !== undefined);
    const texts = rows.flatMap((row) => columns.map((column) => row[column])).filter((value) => value !== null);
    return [...new Set(texts.map(textOf).filter((text) => text.startsWith(prefix)))].slice(0, EACH_KIND);
  });
  return [...new Set(values)];
}

export function nameOfActor(actor: Acting): string {
  if (actor === null) return 'nobody';
  const { region, area, person, institution } = actor;
  return [region, area, person, institution].filter((part) => part !== undefined).join('/');
}
