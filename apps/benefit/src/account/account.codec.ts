import type { Account } from '@yiditong/adjudication';
import { accountKindCodec, uuidField } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { fen, MAX_BILL_FEN } from '@yiditong/money';
import type { NewAccountEntry } from './account.entity.js';
import type { PatientDetail, Shown } from './patient.service.js';

const MAX_ENTRIES = 1_000;

/** Rejects with REQUEST_MALFORMED. */
export function decodeAccountEntries(wire: readonly benefitV1.AccountEntry[]): NewAccountEntry[] {
  if (wire.length === 0 || wire.length > MAX_ENTRIES) throw malformed(`entries must be 1 to ${MAX_ENTRIES}`);
  const entries = wire.map(({ entryId, personId, kind, amountFen }, index) => {
    if (amountFen === 0n || amountFen > MAX_BILL_FEN || amountFen < -MAX_BILL_FEN)
      throw malformed(`entries.${index}.amount_fen must not be zero, and at most ${MAX_BILL_FEN} either way`);
    return {
      entryId: uuidField(entryId, `entries.${index}.entry_id`),
      personId: uuidField(personId, `entries.${index}.person_id`),
      kind: accountKindCodec.decode(kind),
      amountFen: fen(amountFen),
    };
  });
  if (new Set(entries.map(({ entryId }) => entryId)).size < entries.length) throw malformed('an entry_id is twice');
  return entries;
}

export function encodeAccount({ balanceFen, mutualAidFen }: Account): benefitV1.GetAccountResponse {
  return { balanceFen, mutualAidFen };
}

/** Rejects with REQUEST_MALFORMED where it is neither or both. */
export function decodeShown({ idNumber, token }: benefitV1.ReadPatientRequest): Shown {
  if ((idNumber === '') === (token === '')) throw malformed('either id_number or token is needed');
  return token === '' ? { idNumber } : { token };
}

export function encodePatient({ balanceFen, identities, ...detail }: PatientDetail): benefitV1.ReadPatientResponse {
  return { ...detail, balanceFen: balanceFen ?? undefined, identities: [...identities] };
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
