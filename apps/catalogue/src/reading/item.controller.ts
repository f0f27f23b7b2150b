import { Controller } from '@nestjs/common';
import { catalogueV1 } from '@yiditong/contracts';
import { ChangeService } from './change.service.js';
import {
  decodeChangeQuestion,
  decodeItemName,
  decodeSearch,
  encodeEntryChanges,
  encodeFound,
  encodeItemChanges,
  encodeStory,
} from './item.codec.js';
import { ItemService } from './item.service.js';
import { provinceField } from './reading-fields.js';

/** What is published is public among those who settle: nobody's answer depends on who asks. */
@Controller()
@catalogueV1.CatalogueItemServiceControllerMethods()
export class ItemController implements catalogueV1.CatalogueItemServiceController {
  constructor(
    private readonly items: ItemService,
    private readonly changes: ChangeService,
  ) {}

  async searchItems(request: catalogueV1.SearchItemsRequest): Promise<catalogueV1.SearchItemsResponse> {
    return { items: (await this.items.search(decodeSearch(request))).map(encodeFound) };
  }

  async getItem(request: catalogueV1.GetItemRequest): Promise<catalogueV1.GetItemResponse> {
    const { nationalCode, on } = decodeItemName(request);
    return encodeStory(await this.items.get(nationalCode, on));
  }

  async listItemChanges(request: catalogueV1.ListItemChangesRequest): Promise<catalogueV1.ListItemChangesResponse> {
    return encodeItemChanges(await this.changes.items(decodeChangeQuestion(request)));
  }

  async listEntryChanges(request: catalogueV1.ListEntryChangesRequest): Promise<catalogueV1.ListEntryChangesResponse> {
    const province = provinceField(request.province);
    return encodeEntryChanges(await this.changes.entries(province, decodeChangeQuestion(request)));
  }
}
