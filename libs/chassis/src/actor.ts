import { actorProblem, type Actor } from '@yiditong/access';
import { NATION, RANKS, ROLES } from '@yiditong/codes';
import { z } from 'zod';

export type { Actor } from '@yiditong/access';

/** What can be named in a revocation and may stand in an audit record: an account, never a number of a person. */
const ACCOUNT = /^(?!.*\d{15})[\w:.@/-]{1,64}$/;

/** An actor as credentials carry it: complete, of nothing else, and at one with itself. */
export const actorSchema: z.ZodType<Actor> = z
  .strictObject({
    role: z.enum(ROLES),
    region: z.string().regex(/^\d{6}$/),
    subject: z.string().regex(ACCOUNT),
    rank: z.enum(RANKS).optional(),
    area: z
      .string()
      .regex(/^\d{6}$/)
      .optional(),
    institution: z
      .string()
      .regex(/^[HP]\d{11}$/)
      .optional(),
    person: z.uuid().optional(),
  })
  .superRefine((actor, context) => {
    const problem = actorProblem(actor);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** A service working for a tenant, such as settlement asking filing about an insured person of that province. */
export function serviceActor(subject: string, region: string): Actor {
  return { role: 'service', region, subject };
}

/** The clearinghouse itself, which is a party to no record but sees the positions of all. */
export function nationalActor(subject: string): Actor {
  return serviceActor(subject, NATION);
}
