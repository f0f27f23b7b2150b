import { enumCodec } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { answerFen, uuid } from '../http/fields.js';

/** Whose money it is: the person's own, or what relatives put at the person's disposal. */
const ACCOUNT_KINDS = ['OWN', 'MUTUAL_AID'] as const;
const accountKindCodec = enumCodec('ACCOUNT_KIND', ACCOUNT_KINDS);

const accountEntry = z.strictObject({
  entryId: uuid.describe('明细编号，同一编号只入账一次 / each is booked once'),
  personId: uuid.describe('人员编号'),
  kind: z.enum(ACCOUNT_KINDS).describe('本人账户、家庭共济账户'),
  amountFen: z
    .string()
    .regex(/^-?[1-9]\d{0,14}$/, 'a decimal string of fen other than zero')
    .describe('金额，单位分：划入为正，划出为负 / in fen: credits positive, debits negative'),
});
export const accountEntriesBody = z.strictObject({ entries: z.array(accountEntry).min(1).max(1_000) });
export const postedAnswer = z.object({ posted: z.int().describe('新入账条数，此前已入账的不计 / how many were new') });
export const accountAnswer = z.object({
  balanceFen: answerFen.describe('本人账户余额'),
  mutualAidFen: answerFen.describe('家庭共济可用余额'),
});
export type AccountEntriesBody = z.infer<typeof accountEntriesBody>;
export type PostedAnswer = z.infer<typeof postedAnswer>;
export type AccountAnswer = z.infer<typeof accountAnswer>;

export function encodeAccountEntries({ entries }: AccountEntriesBody): benefitV1.AccountEntry[] {
  return entries.map(({ kind, amountFen, ...entry }) => ({
    ...entry,
    kind: accountKindCodec.encode(kind),
    amountFen: BigInt(amountFen),
  }));
}

export function decodeAccount({ balanceFen, mutualAidFen }: benefitV1.GetAccountResponse): AccountAnswer {
  return { balanceFen: String(balanceFen), mutualAidFen: String(mutualAidFen) };
}
