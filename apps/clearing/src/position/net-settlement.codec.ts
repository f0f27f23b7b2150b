import type { clearingV1 } from '@yiditong/contracts';
import type { CarriedPair, Exclusion } from '@yiditong/ledger';
import { fen, ZERO_FEN, type Fen } from '@yiditong/money';
import { malformed, provincesField } from '../fields.js';
import type { TriedNetSettlement } from './position.service.js';

/** More than the whole country settles in a year. */
const MOST_FEN = 10n ** 14n;

/** Rejects with REQUEST_MALFORMED. */
export function decodeCover(wire: readonly clearingV1.ProvinceCover[]): Map<string, Fen> {
  provincesField(
    wire.map(({ province }) => province),
    'cover',
  );
  return new Map(
    wire.map(({ province, amountFen }) => {
      if (amountFen < 0n || amountFen > MOST_FEN) throw malformed(`cover.amount_fen is not between 0 and ${MOST_FEN}`);
      return [province, fen(amountFen)];
    }),
  );
}

export function encodeNetSettlement(tried: TriedNetSettlement): clearingV1.TryNetSettlementResponse {
  return {
    regions: [...tried.regions],
    movements: [...tried.movements],
    carried: tried.carried.map(encodeCarried),
    excluded: tried.excluded.map(encodeExclusion),
  };
}

export function encodeCarried(pair: CarriedPair): clearingV1.CarriedPair {
  const { payer, payee, grossFen, reason, region } = pair;
  const lackFen = pair.reason === 'LACKS_COVER' ? pair.lackFen : ZERO_FEN;
  return { payer, payee, grossFen, reason: `CARRY_REASON_${reason}`, region, lackFen };
}

export function encodeExclusion(exclusion: Exclusion): clearingV1.ExcludedRegion {
  const { region, reason } = exclusion;
  const lackFen = exclusion.reason === 'CANNOT_PAY' ? exclusion.lackFen : ZERO_FEN;
  return { region, reason: `EXCLUSION_REASON_${reason}`, lackFen };
}
