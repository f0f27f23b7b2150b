import { provinceOf } from '@yiditong/codes';
import { ApiClient, fileFor, generateDay, loadSample } from '@yiditong/tools';
import { describe, expect, inject, it } from 'vitest';
import { SHARED_DAY } from './stack.global.js';

const { document, now } = inject('stack');
const api = new ApiClient(document.gateway);

type Settled = {
  totalFen: string;
  split: Record<string, string>;
  fundTotalFen: string;
  personalFen: string;
  benefitLevel: string;
  explanation: { rule: string; rate: string; resultFen: string }[];
};

describe('the published case', () => {
  it('廊坊 retiree in 北京, outpatient chronic disease: 64.29 → in scope 61.11, fund 48.89, personal 15.40', async () => {
    const day = generateDay({ ...SHARED_DAY, sample: loadSample(), now });
    const [bill] = day.bills;
    if (!bill?.official) throw new Error('the day begins with the published case');
    const filing = day.filings.find(({ personId }) => personId === bill.body.personId);
    if (!filing) throw new Error('the person of the published case has filed');
    const person = document.tokens.insured[filing.personId] ?? '';
    await fileFor(api, filing, person, document.tokens.bureau[provinceOf(filing.insuredRegion)] ?? '');

    const request = { messageId: bill.messageId, bill: bill.body };
    const answer = await api.once<Settled>(
      'POST',
      '/v1/settlements',
      request,
      document.tokens.hospital[bill.institutionCode] ?? '',
    );

    expect(answer.status).toBe(201);
    const { totalFen, split, fundTotalFen, personalFen, benefitLevel, explanation } = answer.body;
    expect({ totalFen, split, fundTotalFen, personalFen, benefitLevel }).toEqual({
      totalFen: '6429',
      split: { fullSelfPayFen: '0', overCeilingFen: '0', firstSelfPayFen: '318', inScopeFen: '6111' },
      fundTotalFen: '4889',
      personalFen: '1540',
      benefitLevel: 'LOCAL',
    });
    expect(explanation).toContainEqual(
      expect.objectContaining({ rule: 'POOLING_RATIO', rate: '80%', resultFen: '4889' }),
    );
  });
});
