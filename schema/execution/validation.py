"""A document's text made into an AST that the schema allows, in bounded time.

A text is held against the limits before it is parsed, and what it says before it is validated, because graphql-core
takes seconds over some small documents. Errors carry GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED or QUERY_TOO_COMPLEX.
"""

import re
from collections.abc import Sequence

from graphql import (
    ASTValidationRule,
    DocumentNode,
    ExecutableDefinitionNode,
    ExecutableDefinitionsRule,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    SelectionSetNode,
    ValidationContext,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError

from schema.execution.limits import Limits, check_figures, check_shape, measure

MAX_ERRORS = 20
MAX_COMPARISONS = 15_000

_LEXEME = re.compile(
    r"""
    \#[^\r\n]*
    | \"{3} (?: [^"\\] | \\"{3} | \\ | "(?!"") )*+ (?:\"{3})?
    | " (?: [^"\\\r\n] | \\. )*+ "?
    | \.{3}
    | [\w.+-]+
    | [^\s,\ufeff]
    """,
    re.VERBOSE,
)


def check_text(text: str, limits: Limits) -> int:
    """Raise QUERY_TOO_COMPLEX where a text is too long or too deeply nested to be parsed; return its tokens.

    The parser is slow on long texts and recurses into nested ones; this is neither. Comments count as tokens, since
    they are kept like tokens.
    """
    check_figures({"characters": len(text)}, limits)
    lexemes = _LEXEME.findall(text)
    level = nesting = 0
    for lexeme in lexemes:
        if lexeme in ("{", "[", "("):
            level += 1
            nesting = max(nesting, level)
        elif lexeme in ("}", "]", ")"):
            level -= 1
    check_figures({"tokens": len(lexemes), "nesting": nesting}, limits)
    return len(lexemes)


def parse_text(text: str, limits: Limits) -> DocumentNode:
    """Parse a text that `check_text` allows; raises GraphQLError, coded, where it does not parse or is too complex."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise _coded(error, "GRAPHQL_PARSE_FAILED") from None
    _check_nodes(document, limits)
    _check_operations(document, limits)
    return document


def _check_nodes(document: DocumentNode, limits: Limits) -> None:
    operations = directives = 0
    pending: list[Node] = list(document.definitions)
    while pending:
        node = pending.pop()
        operations += isinstance(node, OperationDefinitionNode)
        directives = max(directives, len(getattr(node, "directives", None) or ()))
        if isinstance(node, ExecutableDefinitionNode):
            pending.extend(node.variable_definitions or ())
        selection_set: SelectionSetNode | None = getattr(node, "selection_set", None)
        if selection_set:
            pending.extend(selection_set.selections)
    check_figures({"operations": operations, "directives": directives}, limits)


def _check_operations(document: DocumentNode, limits: Limits) -> None:
    """Hold every operation's shape against the limits, since validating reads them all."""
    selections = 0
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            measured = measure(document, operation, limits=limits)
            check_shape(measured, limits)
            selections += measured.selections
            check_figures({"selections": selections}, limits)


def validate_document(schema: GraphQLSchema, document: DocumentNode, *, hints: bool, introspection: bool) -> list[GraphQLError]:
    """The errors of a document, at most MAX_ERRORS and one that says there are more; none where it is valid.

    Raises GraphQLError, coded QUERY_TOO_COMPLEX, where telling them would take too long.
    """
    rules = _RULES if introspection else (*_RULES, NoSchemaIntrospectionCustomRule)
    if not all(isinstance(each, ExecutableDefinitionNode) for each in document.definitions):
        # Other rules would compare the type names that a request defines, however long, with all that it mentions.
        rules = (ExecutableDefinitionsRule,)
    errors = validate(schema, document, rules, MAX_ERRORS, hide_suggestions=not hints)
    if len(errors) <= MAX_ERRORS and any(isinstance(each, ValidationAbortedError) for each in errors):
        message = "The query is too complex: its fields repeat too often, or its fragments nest too deeply, to be validated."
        raise GraphQLError(message, extensions={"code": "QUERY_TOO_COMPLEX", "maxComparisons": MAX_COMPARISONS})
    for error in errors:
        # graphql-core goes on hinting at selections: "Did you mean 'viewer { ... }'?"
        error.message = error.message if hints else error.message.partition(" Did you mean ")[0]
    return [_coded(each, "GRAPHQL_VALIDATION_FAILED") for each in errors]


class _BoundedOverlappingFieldsRule(OverlappingFieldsCanBeMergedRule):
    """graphql-core's rule, which compares fields in pairs, giving up after tens of milliseconds instead of a second."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        # A comparison spends two of it.
        self.rule_context.remaining_complexity_budget = 2 * MAX_COMPARISONS


_RULES: Sequence[type[ASTValidationRule]] = tuple(
    _BoundedOverlappingFieldsRule if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules
)


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {"code": code}
    return error
