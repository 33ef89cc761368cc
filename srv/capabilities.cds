using { microsoft.graph } from './audit-log-service';
using { graph.v1 } from './graph-v1';

// What the service as a whole can do.
annotate graph with @Core.ODataVersions: '4.0 4.01';
annotate graph with @Capabilities: {
  ConformanceLevel              : #Advanced,
  // all combinations of the parameters that have an effect (OData JSON 4.01, section 3)
  SupportedFormats              : [
    'application/json;odata.metadata=minimal;IEEE754Compatible=false',
    'application/json;odata.metadata=minimal;IEEE754Compatible=false;odata.streaming=true',
    'application/json;odata.metadata=minimal;IEEE754Compatible=true',
    'application/json;odata.metadata=minimal;IEEE754Compatible=true;odata.streaming=true',
    'application/json;odata.metadata=full;IEEE754Compatible=false',
    'application/json;odata.metadata=full;IEEE754Compatible=false;odata.streaming=true',
    'application/json;odata.metadata=full;IEEE754Compatible=true',
    'application/json;odata.metadata=full;IEEE754Compatible=true;odata.streaming=true',
    'application/json;odata.metadata=none;IEEE754Compatible=false',
    'application/json;odata.metadata=none;IEEE754Compatible=false;odata.streaming=true',
    'application/json;odata.metadata=none;IEEE754Compatible=true',
    'application/json;odata.metadata=none;IEEE754Compatible=true;odata.streaming=true',
    'application/x-ndjson',
    'text/csv'
  ],
  SupportedMetadataFormats      : [ 'application/xml', 'application/json' ],
  AcceptableEncodings           : [ 'gzip', 'deflate', 'br' ],
  FilterFunctions               : [ // and operators
    'eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'and', 'or', 'not', 'any', 'all', 'add', 'sub', 'mul', 'div', 'divby', 'mod',
    'contains', 'startswith', 'endswith', 'matchesPattern', 'length', 'indexof', 'substring', 'tolower', 'toupper',
    'trim', 'concat', 'year', 'month', 'day', 'hour', 'minute', 'second', 'fractionalseconds', 'date', 'time',
    'totaloffsetminutes', 'totalseconds', 'now', 'mindatetime', 'maxdatetime', 'round', 'floor', 'ceiling', 'cast', 'isof', 'case'
  ],
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
  SelectSupport                 : {
    Supported                    : true,
    InstanceAnnotationsSupported : false,
    Expandable                   : false,
    Filterable                   : true,
    Searchable                   : true,
    TopSupported                 : true,
    SkipSupported                : true,
    ComputeSupported             : true,
    Countable                    : true,
    Sortable                     : true
  },
  AnnotationValuesInQuerySupported : false,
  KeyAsSegmentSupported         : true,
  CrossJoinSupported            : false,
  QuerySegmentSupported         : true,
  AsynchronousRequestsSupported : false
};

// The log is append-only: events are created and read, never changed or deleted.
annotate graph.auditLogs with @Capabilities: {
  UpdateRestrictions     : { Updatable: false },
  DeleteRestrictions     : { Deletable: false },
  CollectionPropertyRestrictions: [
    { CollectionProperty: provisioning.provisioningSteps, Insertable: false, Updatable: false, Deletable: false },
    { CollectionProperty: provisioning.modifiedProperties, Insertable: false, Updatable: false, Deletable: false },
    { CollectionProperty: directoryProvisioning.provisioningSteps, Insertable: false, Updatable: false, Deletable: false },
    { CollectionProperty: directoryProvisioning.modifiedProperties, Insertable: false, Updatable: false, Deletable: false }
  ],
  NavigationRestrictions : { RestrictedProperties: [
    {
      NavigationProperty    : provisioning,
      FilterRestrictions    : { Filterable: true, RequiresFilter: false },
      SearchRestrictions    : { Searchable: true },
      SortRestrictions      : { Sortable: true },
      TopSupported          : true,
      SkipSupported         : true,
      InsertRestrictions    : { Insertable: true, QueryOptions: { SelectSupported: true } },
      UpdateRestrictions    : { Updatable: false, Upsertable: false, DeltaUpdateSupported: false },
      DeleteRestrictions    : { Deletable: false },
      DeepInsertSupport     : { Supported: false },
      ReadRestrictions      : { Readable: true },
      IndexableByKey        : true
    },
    {
      NavigationProperty    : directoryProvisioning,
      FilterRestrictions    : { Filterable: true, RequiresFilter: false },
      SearchRestrictions    : { Searchable: true },
      SortRestrictions      : { Sortable: true },
      TopSupported          : true,
      SkipSupported         : true,
      InsertRestrictions    : { Insertable: true, QueryOptions: { SelectSupported: true } },
      UpdateRestrictions    : { Updatable: false, Upsertable: false, DeltaUpdateSupported: false },
      DeleteRestrictions    : { Deletable: false },
      DeepInsertSupport     : { Supported: false },
      ReadRestrictions      : { Readable: true },
      IndexableByKey        : true
    }
  ]}
};

annotate v1.auditLogs with @Capabilities: {
  UpdateRestrictions     : { Updatable: false },
  DeleteRestrictions     : { Deletable: false },
  CollectionPropertyRestrictions: [
    { CollectionProperty: provisioning.provisioningSteps, Insertable: false, Updatable: false, Deletable: false },
    { CollectionProperty: provisioning.modifiedProperties, Insertable: false, Updatable: false, Deletable: false }
  ],
  NavigationRestrictions : { RestrictedProperties: [
    {
      NavigationProperty    : provisioning,
      FilterRestrictions    : { Filterable: true, RequiresFilter: false },
      SearchRestrictions    : { Searchable: true },
      SortRestrictions      : { Sortable: true },
      TopSupported          : true,
      SkipSupported         : true,
      InsertRestrictions    : { Insertable: true, QueryOptions: { SelectSupported: true } },
      UpdateRestrictions    : { Updatable: false, Upsertable: false, DeltaUpdateSupported: false },
      DeleteRestrictions    : { Deletable: false },
      DeepInsertSupport     : { Supported: false },
      ReadRestrictions      : { Readable: true },
      IndexableByKey        : true
    }
  ]}
};

annotate v1.auditLogs with {
  provisioning @Capabilities.ChangeTracking: { Supported: true };
};

annotate graph.auditLogs with {
  provisioning          @Capabilities.ChangeTracking: { Supported: true };
  directoryProvisioning @Capabilities.ChangeTracking: { Supported: true };
};

// What the service knows where it is not sent. The tenant is that of the token.
annotate graph.provisioningObjectSummary with {
  id       @Core.ComputedDefaultValue;
  tenantId @Core.ComputedDefaultValue;
};
annotate v1.provisioningObjectSummary with {
  servicePrincipal @Core.ComputedDefaultValue; // from the details of the systems
};
annotate graph.![entity] with {
  id @Core.ComputedDefaultValue;
};
annotate v1.![entity] with {
  id @Core.ComputedDefaultValue;
};

// What $apply can do: see srv/odata/query/apply.ts.
annotate graph with @Aggregation.ApplySupportedDefaults: {
  Transformations : [
    'aggregate', 'groupby', 'concat', 'identity', 'filter', 'search', 'compute', 'orderby', 'top', 'skip',
    'topcount', 'topsum', 'toppercent', 'bottomcount', 'bottomsum', 'bottompercent'
  ],
  Rollup          : #MultipleHierarchies
};
