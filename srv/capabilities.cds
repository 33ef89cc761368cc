using { microsoft.graph } from './audit-log-service';

// What the service as a whole can do.
annotate graph with @Core.ODataVersions: '4.0,4.01';
annotate graph with @Capabilities: {
  ConformanceLevel              : #Advanced,
  SupportedFormats              : [
    'application/json;odata.metadata=minimal',
    'application/json;odata.metadata=full',
    'application/json;odata.metadata=none'
  ],
  SupportedEncodings            : [ 'br', 'gzip', 'deflate' ],
  FilterFunctions               : [
    'contains', 'startswith', 'endswith', 'matchesPattern', 'length', 'indexof', 'substring', 'tolower', 'toupper',
    'trim', 'concat', 'year', 'month', 'day', 'hour', 'minute', 'second', 'fractionalseconds', 'date', 'time',
    'totaloffsetminutes', 'totalseconds', 'now', 'mindatetime', 'maxdatetime', 'round', 'floor', 'ceiling', 'cast', 'isof', 'case'
  ],
  ChangeTracking                : { Supported: true },
  BatchSupported                : true,
  BatchSupport                  : {
    Supported                            : true,
    SupportedFormats                     : [ 'application/json', 'multipart/mixed' ],
    ContinueOnErrorSupported             : true,
    ReferencesInRequestBodiesSupported   : false,
    ReferencesAcrossChangeSetsSupported  : true,
    EtagReferencesSupported              : false,
    RequestDependencyConditionsSupported : false
  },
  KeyAsSegmentSupported         : true,
  CrossJoinSupported            : false,
  QuerySegmentSupported         : false,
  AsynchronousRequestsSupported : false
};

// The log is append-only: events are created and read, never changed or deleted.
annotate graph.auditLogs with @Capabilities: {
  UpdateRestrictions     : { Updatable: false },
  NavigationRestrictions : { RestrictedProperties: [
    {
      NavigationProperty    : provisioning,
      UpdateRestrictions    : { Updatable: false, Upsertable: false, DeltaUpdateSupported: false },
      DeleteRestrictions    : { Deletable: false },
      DeepInsertSupport     : { Supported: false },
      ReadRestrictions      : { Readable: true },
      IndexableByKey        : true
    },
    {
      NavigationProperty    : directoryProvisioning,
      UpdateRestrictions    : { Updatable: false, Upsertable: false, DeltaUpdateSupported: false },
      DeleteRestrictions    : { Deletable: false },
      DeepInsertSupport     : { Supported: false },
      ReadRestrictions      : { Readable: true },
      IndexableByKey        : true
    }
  ]}
};
