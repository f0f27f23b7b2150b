import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OWN, RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  accountAnswer,
  accountEntriesBody,
  decodeAccount,
  encodeAccountEntries,
  postedAnswer,
  type AccountAnswer,
  type AccountEntriesBody,
  type PostedAnswer,
} from './account.dto.js';

@ApiTags('个人账户 Personal accounts')
@Controller('v1')
export class AccountController {
  constructor(@Inject(TARGETS.benefit.token) private readonly benefit: RpcClient<benefitV1.BenefitServiceClient>) {}

  /** The entries' own ids make a repeat harmless, so that none is needed for the request. */
  @Endpoint({
    method: 'POST',
    path: 'account-entries',
    access: { bureau: OWN, provincial: true },
    summary: '划入或划出本省参保人个人账户 Credit and debit personal accounts of the own province, all or none',
    answer: postedAnswer,
    status: 201,
  })
  async post(
    @CurrentActor() actor: Actor,
    @Body({ schema: accountEntriesBody }) body: AccountEntriesBody,
  ): Promise<PostedAnswer> {
    const request = { province: actor.region, entries: encodeAccountEntries(body) };
    const { posted } = await this.benefit.call('postAccountEntries', request, actor);
    return { posted };
  }

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/account',
    access: { insured: 'person_id', bureau: RECORD },
    summary: '查询个人账户余额 A person’s account balances',
    answer: accountAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
  ): Promise<AccountAnswer> {
    return decodeAccount(await this.benefit.call('getAccount', { personId }, actor));
  }
}
