"""Operators of LibCST's tree as those of Python's own."""

from __future__ import annotations

import ast

import libcst as cst

OF_TWO: dict[str, type[ast.operator]] = {
    "Add": ast.Add,
    "BitAnd": ast.BitAnd,
    "BitOr": ast.BitOr,
    "BitXor": ast.BitXor,
    "Divide": ast.Div,
    "FloorDivide": ast.FloorDiv,
    "LeftShift": ast.LShift,
    "MatrixMultiply": ast.MatMult,
    "Modulo": ast.Mod,
    "Multiply": ast.Mult,
    "Power": ast.Pow,
    "RightShift": ast.RShift,
    "Subtract": ast.Sub,
}
"""By the name of LibCST's class; that of `+=` is the same with `Assign` behind it."""

OF_ONE: dict[type[cst.BaseUnaryOp], type[ast.unaryop]] = {
    cst.BitInvert: ast.Invert,
    cst.Minus: ast.USub,
    cst.Not: ast.Not,
    cst.Plus: ast.UAdd,
}

COMPARING: dict[type[cst.BaseCompOp], type[ast.cmpop]] = {
    cst.Equal: ast.Eq,
    cst.GreaterThan: ast.Gt,
    cst.GreaterThanEqual: ast.GtE,
    cst.In: ast.In,
    cst.Is: ast.Is,
    cst.IsNot: ast.IsNot,
    cst.LessThan: ast.Lt,
    cst.LessThanEqual: ast.LtE,
    cst.NotEqual: ast.NotEq,
    cst.NotIn: ast.NotIn,
}
