import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION = `跨省异地就医直接结算平台接口。金额均为以分为单位的十进制字符串；业务日期为北京时间 YYYY-MM-DD。
出错时返回 RFC 9457 问题文档，reason 为稳定的原因码，messages 给出中英文说明。

The interface of the clearinghouse for cross-province medical settlement. Amounts are decimal strings of fen; business dates are
YYYY-MM-DD in Asia/Shanghai. Errors are RFC 9457 problem documents with a stable reason code and a sentence in Chinese and English.`;

/** Readable documentation at /docs, the OpenAPI 3.1 document at /openapi.json. */
export function serveDocumentation(app: INestApplication): void {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('异地通 Yiditong')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json', customSiteTitle: '异地通 接口文档' });
}
