import { Metadata } from '@grpc/grpc-js';
import { NATION, Rejection, ROLES } from '@yiditong/codes';
import { z } from 'zod';

/**
 * On whose behalf work is done. The region is the tenant: a province, or the nation for the
 * clearinghouse itself. Row-level security sees nothing else of the caller.
 */
export const actorSchema = z.object({
  role: z.enum(ROLES),
  region: z.string().regex(/^\d{6}$/),
  /** Who it is within the role: an account, or a service's name. */
  subject: z.string().min(1).max(64),
  institution: z
    .string()
    .regex(/^[HP]\d{11}$/)
    .optional(),
  person: z.uuid().optional(),
});
export type Actor = z.infer<typeof actorSchema>;

const METADATA_KEY = 'actor-bin';

/** A service working for a tenant, such as settlement asking filing about an insured person of that province. */
export function serviceActor(subject: string, region: string): Actor {
  return { role: 'service', region, subject };
}

/** The clearinghouse itself, which is a party to no record but sees the positions of all. */
export function nationalActor(subject: string): Actor {
  return serviceActor(subject, NATION);
}

/** Puts the actor on an outgoing call. */
export function metadataOf(actor: Actor): Metadata {
  const metadata = new Metadata();
  metadata.set(METADATA_KEY, Buffer.from(JSON.stringify(actor)));
  return metadata;
}

/** Reads the actor of an incoming call. Rejects with CREDENTIAL_MISSING or CREDENTIAL_INVALID. */
export function actorOf(metadata: Metadata | undefined): Actor {
  const [value] = metadata?.get(METADATA_KEY) ?? [];
  if (value === undefined) throw new Rejection('CREDENTIAL_MISSING');
  const actor = actorSchema.safeParse(parseJson(value.toString()));
  if (!actor.success) throw new Rejection('CREDENTIAL_INVALID');
  return actor.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
