import type { FamilyRelation } from '@yiditong/codes';

/** A row of `family_access` (亲属代办): the agent may act for the person in all filing matters. Ids only. */
export type FamilyAccess = {
  /** Who is acted for. */
  readonly personId: string;
  readonly accessId: string;
  /** Where he was insured when it was granted: the trail of that province has it. */
  readonly province: string;
  /** Who acts. */
  readonly agentPersonId: string;
  /** Where the agent is insured, which may be another province. */
  readonly agentProvince: string;
  /** Of the agent to the person. */
  readonly relation: FamilyRelation;
  readonly grantedAt: Date;
  /** Null while it lasts. */
  readonly revokedAt: Date | null;
};

export type NewFamilyAccess = Pick<FamilyAccess, 'personId' | 'agentPersonId' | 'relation'> & {
  /** What a bureau names; null where the person grants it himself. */
  readonly insuredRegion: string | null;
};
