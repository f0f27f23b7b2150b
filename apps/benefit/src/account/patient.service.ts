import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Database,
  nationalActor,
  normalisedIdNumber,
  PersonalDataVault,
  serviceActor,
  type Actor,
  type AuditEntry,
} from '@yiditong/chassis';
import { isIdNumber, Rejection } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';
import { CredentialService } from '../credential/credential.service.js';
import { openPersonalData } from '../person/personal-data.js';
import type { SealedPerson } from '../person/person.entity.js';
import { findPersonByIndex, findSealedPerson } from '../person/person.store.js';
import { accountKey, balancesOf } from './account.store.js';

/** How bureaus call a civil servant among a person's tags. */
const CIVIL_SERVANT = '公务员';

/** What a patient shows at a hospital's counter. */
export type Shown = { readonly idNumber: string } | { readonly token: string };

/** What the hospital's screen shows of him besides who he is. */
export type PatientDetail = {
  readonly personId: string;
  /** Null where he has no account of his own. */
  readonly balanceFen: Fen | null;
  readonly civilServant: boolean;
  readonly identities: readonly string[];
};

/** 人员信息获取 (1101): what the home province tells a hospital of a patient who shows who he is. */
@Injectable()
export class PatientService {
  constructor(
    private readonly database: Database,
    private readonly vault: PersonalDataVault,
    private readonly credentials: CredentialService,
  ) {}

  /** Recorded as a reading of the person and of the account. Rejects with ID_NUMBER_INVALID, PERSON_UNKNOWN or E_CREDENTIAL_INVALID. */
  async read(actor: Actor, institutionCode: string, shown: Shown): Promise<PatientDetail> {
    const person = await ('token' in shown ? this.bearer(institutionCode, shown.token) : this.holder(shown.idNumber));
    if (!person) throw new Rejection('PERSON_UNKNOWN');
    const { personId, province } = person;
    const { tags } = openPersonalData(this.vault, person);
    return this.database.transaction(serviceActor('benefit', province), async (tx) => {
      const balances = await balancesOf(tx, [personId]);
      await appendAudit(tx, actor, ...readings(person));
      return {
        personId,
        balanceFen: balances.get(accountKey({ personId, kind: 'OWN' })) ?? null,
        civilServant: tags.includes(CIVIL_SERVANT),
        identities: tags.filter((tag) => tag !== CIVIL_SERVANT),
      };
    });
  }

  private async bearer(institutionCode: string, token: string): Promise<SealedPerson | null> {
    const { personId, province } = await this.credentials.bearer(institutionCode, token);
    return this.database.transaction(serviceActor('benefit', province), (tx) => findSealedPerson(tx, personId));
  }

  private async holder(idNumber: string): Promise<SealedPerson | null> {
    const number = normalisedIdNumber(idNumber);
    if (!isIdNumber(number)) throw new Rejection('ID_NUMBER_INVALID', { position: '1' });
    const index = this.vault.idNumberIndex(number);
    return this.database.transaction(nationalActor('person-search'), (tx) => findPersonByIndex(tx, index));
  }
}

/** In the chain of the person's own province. What was read is not repeated. */
function readings({ province, personId }: SealedPerson): AuditEntry[] {
  const about = { province, objectType: 'person', objectId: personId };
  return [
    { ...about, action: 'READ_PERSON', after: { name: 'masked', idNumber: 'masked', phone: 'masked', tags: 'clear' } },
    { ...about, action: 'READ_ACCOUNT' },
  ];
}
