import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, encodeInstant, freeze, ruleKindCodec, uuidField } from '@yiditong/chassis';
import { isCalendarDate } from '@yiditong/codes';
import { filingV1 } from '@yiditong/contracts';
import { requestIdField } from '../filing/fields.js';
import { invalid, readRuleContent } from './rule-content.js';
import type { FilingRuleRow } from './rule.entity.js';
import { RuleService } from './rule.service.js';

const MAX_SOURCE = 200;

@Controller()
@filingV1.RuleServiceControllerMethods()
export class RuleController implements filingV1.RuleServiceController {
  constructor(private readonly rules: RuleService) {}

  async publishRule(request: filingV1.PublishRuleRequest, metadata: Metadata): Promise<filingV1.PublishRuleResponse> {
    const { owner, source, validFrom, validTo } = request;
    if (source.trim() === '' || source.length > MAX_SOURCE || /\p{Cc}/u.test(source))
      throw invalid(`source is 1 to ${MAX_SOURCE} characters`);
    const content = readRuleContent(owner, ruleKindCodec.decode(request.kind), request.content);
    const rule = { content, source, validFrom: dateOf(validFrom), validTo: validTo ? dateOf(validTo) : null };
    return {
      rule: encodeRule(await this.rules.publish(actorOf(metadata), requestIdField(request.requestId), owner, rule)),
    };
  }

  async endRule(request: filingV1.EndRuleRequest, metadata: Metadata): Promise<filingV1.EndRuleResponse> {
    const { requestId, owner, ruleId, validTo } = request;
    return {
      rule: encodeRule(
        await this.rules.end(
          actorOf(metadata),
          requestIdField(requestId),
          owner,
          uuidField(ruleId, 'rule_id'),
          dateOf(validTo),
        ),
      ),
    };
  }

  async listRules(request: filingV1.ListRulesRequest): Promise<filingV1.ListRulesResponse> {
    const all = await this.rules.all();
    const ofKind = request.kind === 'RULE_KIND_UNSPECIFIED' ? null : ruleKindCodec.decode(request.kind);
    return { rules: all.filter(({ content }) => ofKind === null || content.kind === ofKind).map(encodeRule) };
  }
}

function dateOf(text: string): string {
  if (!isCalendarDate(text)) throw invalid('dates are YYYY-MM-DD');
  return text;
}

function encodeRule({ ruleId, owner, content, source, validFrom, validTo, recordedAt }: FilingRuleRow): filingV1.Rule {
  const { kind, ...said } = content;
  return {
    ruleId,
    owner,
    kind: ruleKindCodec.encode(kind),
    content: freeze(said),
    source,
    validFrom,
    validTo: validTo ?? '',
    recordedAt: encodeInstant(recordedAt),
  };
}
