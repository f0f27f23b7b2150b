import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, Clock, encodeInstant, uuidField } from '@yiditong/chassis';
import { isChronicDiseaseCode, Rejection } from '@yiditong/codes';
import { filingV1 } from '@yiditong/contracts';
import { diseaseClassOf, rulesInForce, type OpenedDiseaseRule } from '@yiditong/eligibility';
import { dateField, optional, regionField, requestIdField } from '../filing/fields.js';
import { checkedReason } from '../filing/reason-text.js';
import { RuleService } from '../rule/rule.service.js';
import {
  decodeAsked,
  decodeDecided,
  decodeTakenBack,
  decodeWaitingPage,
  encodeApplication,
  encodeWaiting,
} from './application.codec.js';
import { ApplicationService } from './application.service.js';
import type { Entitlement } from './entitlement.entity.js';
import { EntitlementService } from './entitlement.service.js';

@Controller()
@filingV1.EntitlementServiceControllerMethods()
export class EntitlementController implements filingV1.EntitlementServiceController {
  constructor(
    private readonly entitlements: EntitlementService,
    private readonly applications: ApplicationService,
    private readonly rules: RuleService,
    private readonly clock: Clock,
  ) {}

  async recordEntitlement(
    request: filingV1.RecordEntitlementRequest,
    metadata: Metadata,
  ): Promise<filingV1.RecordEntitlementResponse> {
    const { diseaseCode, validFrom, validTo } = request;
    if (!isChronicDiseaseCode(diseaseCode)) throw new Rejection('DISEASE_CODE_INVALID');
    const recorded = await this.entitlements.record(actorOf(metadata), requestIdField(request.requestId), {
      personId: uuidField(request.personId, 'person_id'),
      insuredRegion: regionField(request.insuredRegion),
      diseaseCode,
      validFrom: dateField(validFrom, 'valid_from'),
      validTo: optional(validTo, (text) => dateField(text, 'valid_to')),
    });
    return { entitlement: encode(recorded, await this.opened()) };
  }

  async endEntitlement(
    request: filingV1.EndEntitlementRequest,
    metadata: Metadata,
  ): Promise<filingV1.EndEntitlementResponse> {
    const ended = await this.entitlements.end(actorOf(metadata), requestIdField(request.requestId), {
      personId: uuidField(request.personId, 'person_id'),
      entitlementId: uuidField(request.entitlementId, 'entitlement_id'),
      validTo: dateField(request.validTo, 'valid_to'),
      reason: checkedReason(request.reason),
    });
    return { entitlement: encode(ended, await this.opened()) };
  }

  async applyForEntitlement(
    request: filingV1.ApplyForEntitlementRequest,
    metadata: Metadata,
  ): Promise<filingV1.ApplyForEntitlementResponse> {
    const [actor, requestId] = [actorOf(metadata), requestIdField(request.requestId)];
    return { application: encodeApplication(await this.applications.apply(actor, requestId, decodeAsked(request))) };
  }

  async withdrawEntitlementApplication(
    request: filingV1.WithdrawEntitlementApplicationRequest,
    metadata: Metadata,
  ): Promise<filingV1.WithdrawEntitlementApplicationResponse> {
    const [actor, requestId] = [actorOf(metadata), requestIdField(request.requestId)];
    const withdrawn = await this.applications.withdraw(actor, requestId, decodeTakenBack(request));
    return { application: encodeApplication(withdrawn) };
  }

  async decideEntitlementApplication(
    request: filingV1.DecideEntitlementApplicationRequest,
    metadata: Metadata,
  ): Promise<filingV1.DecideEntitlementApplicationResponse> {
    const [actor, requestId] = [actorOf(metadata), requestIdField(request.requestId)];
    return { application: encodeApplication(await this.applications.decide(actor, requestId, decodeDecided(request))) };
  }

  async listEntitlementApplications(
    request: filingV1.ListEntitlementApplicationsRequest,
    metadata: Metadata,
  ): Promise<filingV1.ListEntitlementApplicationsResponse> {
    const page = decodeWaitingPage(request);
    return encodeWaiting(await this.applications.waiting(actorOf(metadata), page), page.limit);
  }

  async listEntitlements(
    request: filingV1.ListEntitlementsRequest,
    metadata: Metadata,
  ): Promise<filingV1.ListEntitlementsResponse> {
    const named = {
      personId: uuidField(request.personId, 'person_id'),
      forPersonId: optional(request.forPersonId, (id) => uuidField(id, 'for_person_id')) ?? '',
      insuredRegion: optional(request.insuredRegion, regionField) ?? '',
    };
    const listed = await this.entitlements.list(actorOf(metadata), named);
    const opened = await this.opened();
    return { entitlements: listed.map((entitlement) => encode(entitlement, opened)) };
  }

  /** The classes of diseases that are opened across provinces today. */
  private async opened(): Promise<OpenedDiseaseRule[]> {
    return rulesInForce(await this.rules.all(), 'OPENED_DISEASE', this.clock.businessDate());
  }
}

function encode(entitlement: Entitlement, opened: readonly OpenedDiseaseRule[]): filingV1.Entitlement {
  const { entitlementId, personId, insuredRegion, diseaseCode, validFrom, validTo, recordedAt } = entitlement;
  const rule = opened.find((candidate) => candidate.class === diseaseClassOf(diseaseCode));
  return {
    entitlementId,
    personId,
    insuredRegion,
    diseaseCode,
    diseaseNameZh: rule?.nameZh ?? '',
    validFrom,
    validTo: validTo ?? '',
    opened: rule !== undefined,
    recordedAt: encodeInstant(recordedAt),
  };
}
