import { Inject, Injectable } from '@nestjs/common';
import { sumSplits } from '@yiditong/adjudication';
import {
  decodeSplit,
  encodeInstant,
  hospitalLevelCodec,
  itemClassCodec,
  lineRuleCodec,
  required,
  serviceActor,
  TARGETS,
  visitKindCodec,
  type RpcClient,
} from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import type { Alternative, BasketLine, DividedBill, EstimateQuestion } from './estimate-question.js';

const CATALOGUE_DEADLINE_MS = 3_000;

/** Divides a basket by the catalogues of the places that it might be bought in. */
@Injectable()
export class BasketService {
  constructor(
    @Inject(TARGETS.catalogue.token) private readonly catalogue: RpcClient<catalogueV1.CatalogueServiceClient>,
  ) {}

  /**
   * What divides the basket of one question. Where places have one catalogue, level and kind of visit, it is asked once. What it answers
   * rejects with the reasons of the catalogue.
   */
  dividing(
    { person, on }: EstimateQuestion,
    basket: readonly BasketLine[],
  ): (alternative: Alternative) => Promise<DividedBill> {
    const asked = new Map<string, Promise<DividedBill>>();
    return ({ treatingRegion, hospitalLevel, visitKind }) => {
      const province = provinceOf(treatingRegion);
      const key = `${province} ${hospitalLevel} ${visitKind}`;
      const known = asked.get(key);
      if (known) return known;
      const dividing = this.divide(basket, on, {
        province,
        insurance: person.insurance,
        personType: person.personType,
        hospitalLevel: hospitalLevelCodec.encode(hospitalLevel),
        visitKind: visitKindCodec.encode(visitKind),
        institutionCode: '',
      });
      asked.set(key, dividing);
      return dividing;
    };
  }

  private async divide(
    basket: readonly BasketLine[],
    on: string,
    context: Omit<catalogueV1.ClassifyLinesRequest, 'lines'>,
  ): Promise<DividedBill> {
    // The day's first instant: no clock says of today that it is still to come.
    const occurredAt = encodeInstant(new Date(`${on}T00:00:00+08:00`));
    const lines = basket.map((line, index) => ({ ...line, lineNumber: index + 1, hospitalCode: '', occurredAt }));
    const request = { ...context, lines };
    const actor = serviceActor('settlement', context.province);
    const answer = await this.catalogue.call('classifyLines', request, actor, CATALOGUE_DEADLINE_MS);
    const classified = new Map(answer.lines.map((line) => [line.lineNumber, line]));
    const divided = basket.map((line, index) => {
      const found = required(classified.get(index + 1), 'classified line');
      return {
        ...line,
        itemClass: itemClassCodec.decode(found.itemClass),
        rule: lineRuleCodec.decode(found.rule),
        split: decodeSplit(found.split),
      };
    });
    return { split: sumSplits(divided.map(({ split }) => split)), lines: divided };
  }
}
